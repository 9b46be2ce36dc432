package io.macpool.core.hygiene;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

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

  /** All that a fault of this host may lie with. */
  public static Set<FailureDomain> of(
      String host, String pool, Optional<String> build, HostFault fault) {
    Set<FailureDomain> domains = new HashSet<>();
    domains.add(new FailureDomain(Kind.HOST, host));
    domains.add(new FailureDomain(Kind.POOL, pool));
    domains.add(new FailureDomain(Kind.CAUSE, fault.cause().word()));
    build.ifPresent(name -> domains.add(new FailureDomain(Kind.MACOS_BUILD, name)));
    fault.image().ifPresent(name -> domains.add(new FailureDomain(Kind.IMAGE, name)));
    return domains;
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
      case MACOS_BUILD -> "build " + name;
      case CAUSE -> "cause " + name;
    };
  }
}
