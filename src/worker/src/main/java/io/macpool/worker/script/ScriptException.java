package io.macpool.worker.script;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** No script: either this job will never have one, or there is none for now. */
public final class ScriptException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What to make of it. */
  enum Kind {
    /** The generator has looked at the job and refused it. */
    REFUSED,
    /** What answers is no generator that works: asking again at once is of no use. */
    UNUSABLE,
    /** There is no answer, or one that may be another soon. */
    UNAVAILABLE
  }

  private final Kind kind;
  private final String forUsers;

  /** What anybody may read, whoever asked for the job. */
  ScriptException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, "", cause);
  }

  /**
   * With something that is for operators alone, for it may name hosts and files of theirs.
   *
   * @param forOperators follows the message
   */
  ScriptException(Kind kind, String message, String forOperators, @Nullable Throwable cause) {
    super(message + forOperators, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.forUsers = message;
  }

  /** Without what is for operators alone: for the job's log. */
  public String forUsers() {
    return forUsers;
  }

  Kind kind() {
    return kind;
  }

  /** Whether the generator has looked at the job and refused it. */
  public boolean isPermanent() {
    return kind == Kind.REFUSED;
  }
}
