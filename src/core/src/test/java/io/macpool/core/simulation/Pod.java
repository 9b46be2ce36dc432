package io.macpool.core.simulation;

import io.macpool.core.pool.PoolSize;
import java.util.Optional;

/** A pod of a cluster: one worker process after the other, and what the operator recorded of it. */
final class Pod {

  final String id;
  Optional<Worker> worker = Optional.empty();
  boolean isTerminating;

  /** Kubernetes knows it as the first to go. */
  boolean isMarked;

  // On record: what a new operator knows of it.
  int granted;
  PoolSize lastSize = PoolSize.NONE;
  int lastRunning;

  Pod(String id) {
    this.id = id;
  }

  int alive() {
    return worker.filter(one -> one.life().isAlive()).map(one -> one.size().alive()).orElse(0);
  }
}
