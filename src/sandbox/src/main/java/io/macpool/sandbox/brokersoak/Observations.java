package io.macpool.sandbox.brokersoak;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All that was seen, by whoever saw it. Thread-safe. */
final class Observations {

  private final ConcurrentLinkedQueue<Observation> seen = new ConcurrentLinkedQueue<>();

  void add(Observation observation) {
    seen.add(observation);
  }

  void trouble(String what) {
    add(new Observation.Trouble(Instant.now(), what, Optional.empty()));
  }

  List<Observation> all() {
    return List.copyOf(seen);
  }
}
