package io.macpool.worker.script;

import java.util.Objects;

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

  ScriptException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
  }

  Kind kind() {
    return kind;
  }

  /** Whether the generator has looked at the job and refused it. */
  public boolean isPermanent() {
    return kind == Kind.REFUSED;
  }
}
