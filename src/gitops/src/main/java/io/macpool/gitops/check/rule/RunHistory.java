package io.macpool.gitops.check.rule;

import io.macpool.gitops.tree.Environment;
import java.util.Optional;
import java.util.Set;

/** Which image digests an environment has run, by what was committed to the branch it deploys. */
@FunctionalInterface
public interface RunHistory {

  /** Never null, never guessed: a history that cannot be read is {@link Ran.Unknown}. */
  Ran of(Environment environment);

  /**
   * Those of {@code digests} that objects of the environment named at some commit of its branch,
   * written in its files or rendered by its releases with the charts of that commit. Slow: for the
   * few images that are no release's own. Unless overridden, none.
   */
  default Set<String> rendered(Environment environment, Set<String> digests) {
    return Set.of();
  }

  /** What is known of an environment's past. */
  sealed interface Ran {

    /**
     * Every digest that a release of the environment has named on its branch.
     *
     * @param doubt why the branch that was read may not be the environment's; empty when it is
     */
    record Known(Set<String> digests, Optional<String> doubt) implements Ran {
      public Known {
        digests = Set.copyOf(digests);
      }
    }

    /**
     * Nothing can be said.
     *
     * @param why what could not be read: a clause without full stop
     * @param fix what to do: a clause without full stop
     */
    record Unknown(String why, String fix) implements Ran {}
  }

  /** The same digests for every environment. */
  static RunHistory of(Set<String> digests) {
    Ran ran = new Ran.Known(digests, Optional.empty());
    return environment -> ran;
  }
}
