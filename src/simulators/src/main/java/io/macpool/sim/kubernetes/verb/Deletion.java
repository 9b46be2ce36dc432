package io.macpool.sim.kubernetes.verb;

import java.util.Optional;

/** What a deletion asks for. */
public record Deletion(
    Optional<Integer> graceSeconds,
    Optional<String> uid,
    Optional<String> version,
    boolean orphan,
    boolean dryRun) {

  public static final Deletion PLAIN =
      new Deletion(Optional.empty(), Optional.empty(), Optional.empty(), false, false);

  public static final Deletion NOW =
      new Deletion(Optional.of(0), Optional.empty(), Optional.empty(), false, false);
}
