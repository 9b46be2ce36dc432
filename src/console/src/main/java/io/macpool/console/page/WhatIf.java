package io.macpool.console.page;

import io.macpool.core.usage.CapacityReplay;
import java.util.List;
import java.util.Optional;

/**
 * A period's load, replayed on other hardware.
 *
 * @param hosts how many more somebody asks about; fewer, if negative
 * @param asked the load on those; empty if nothing is to be replayed, or no host would be left
 * @param others the load on some other numbers of slots
 */
public record WhatIf(int hosts, Optional<CapacityReplay> asked, List<CapacityReplay> others) {

  /** How far the slider goes, to either side. */
  public static final int MOST_HOSTS = 20;

  public WhatIf {
    others = List.copyOf(others);
  }

  /** Nothing to replay. */
  static WhatIf none() {
    return new WhatIf(0, Optional.empty(), List.of());
  }

  /** The answer, for a person. */
  String words() {
    String which =
        hosts == 0
            ? "With as many hosts as now"
            : "With %d %s %s"
                .formatted(
                    Math.abs(hosts),
                    Math.abs(hosts) == 1 ? "host" : "hosts",
                    hosts > 0 ? "more" : "fewer");
    return asked
        .map(
            replay ->
                "%s (%d slots): half of %,d waits were over within %s, nine of ten within %s, 99 of 100 within %s."
                    .formatted(
                        which,
                        replay.slots(),
                        replay.waits().count(),
                        Words.about(replay.waits().p50()),
                        Words.about(replay.waits().p90()),
                        Words.about(replay.waits().p99())))
        .orElse(which + ": nothing can be replayed.");
  }
}
