package io.macpool.gitops.check;

import java.util.Optional;
import java.util.Set;

/** Which image digests an environment's files have ever named. */
@FunctionalInterface
public interface RunHistory {

  /** Empty when it cannot be known, for example outside a Git repository or in a shallow clone. */
  Optional<Set<String>> digests(String environment);

  /** Nothing but what the files say now. */
  static RunHistory unknown() {
    return environment -> Optional.empty();
  }
}
