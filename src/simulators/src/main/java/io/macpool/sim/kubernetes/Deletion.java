package io.macpool.sim.kubernetes;

import java.util.Optional;

/** What a deletion asks for. */
record Deletion(
    Optional<Integer> graceSeconds,
    Optional<String> uid,
    Optional<String> version,
    boolean orphan,
    boolean dryRun) {

  static final Deletion PLAIN =
      new Deletion(Optional.empty(), Optional.empty(), Optional.empty(), false, false);

  static final Deletion NOW =
      new Deletion(Optional.of(0), Optional.empty(), Optional.empty(), false, false);
}
