package io.macpool.core.fleet;

import java.util.Objects;

/** What several hosts share, and what may therefore be at fault with all of them at once. */
public record FailureDomain(Kind kind, String name) implements Comparable<FailureDomain> {

  /** What is shared. */
  public enum Kind {
    HOST,
    POOL,
    IMAGE,
    MACOS_BUILD,
    CAUSE
  }

  public FailureDomain {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
  }

  @Override
  public int compareTo(FailureDomain other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case HOST -> "host " + name;
      case POOL -> "pool " + name;
      case IMAGE -> "image " + name;
      case MACOS_BUILD -> "macOS build " + name;
      case CAUSE -> "cause " + name;
    };
  }
}
