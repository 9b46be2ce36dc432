package io.macpool.core.fleet;

import java.util.Objects;
import java.util.Optional;

/**
 * Whose an instance is. What is not known to wait warm is treated as somebody's.
 *
 * @param owner the name of its client's token, if it is a client's
 */
public record Ownership(Kind kind, Optional<String> owner) {

  /** The three that there are. */
  public enum Kind {
    /** It is a client's. */
    OWNED,
    /** It is kept, or being made, for the next one who asks. */
    WARM,
    /** It was found, or recorded by somebody who did not say whose it is. */
    UNKNOWN
  }

  public static final Ownership WARM = new Ownership(Kind.WARM, Optional.empty());
  public static final Ownership UNKNOWN = new Ownership(Kind.UNKNOWN, Optional.empty());

  public Ownership {
    Objects.requireNonNull(kind, "kind");
    if (owner.isPresent() != (kind == Kind.OWNED)) {
      throw new IllegalArgumentException(kind + " does not go with owner " + owner);
    }
  }

  public static Ownership of(String owner) {
    return new Ownership(Kind.OWNED, Optional.of(owner));
  }

  public boolean isWarm() {
    return kind == Kind.WARM;
  }
}
