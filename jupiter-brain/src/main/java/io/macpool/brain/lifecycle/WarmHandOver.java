package io.macpool.brain.lifecycle;

import io.macpool.brain.ledger.Ledger;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Gives a client an instance that waits, if it asks for nothing special. */
final class WarmHandOver {

  private final LedgerExecutor executor;
  private final LiveInstances live;
  private final WarmInstances warmInstances;
  private final String broker;

  WarmHandOver(
      LedgerExecutor executor, LiveInstances live, WarmInstances warmInstances, String broker) {
    this.executor = executor;
    this.live = live;
    this.warmInstances = warmInstances;
    this.broker = broker;
  }

  /** The client's from now on; empty if one must be made. */
  CompletableFuture<Optional<Instance>> take(CreateRequest request, String owner, Image image) {
    warmInstances.asked(image.name());
    List<Instance> candidates = warmInstances.waiting(image);
    if (candidates.isEmpty() || !request.size().isAsImage(image)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return executor
        .ask(ledger -> claim(ledger, candidates, owner, request.idempotencyKey()))
        .thenApply(
            claimed -> {
              claimed.ifPresent(
                  instance -> {
                    live.put(instance);
                    warmInstances.taken();
                  });
              return claimed;
            });
  }

  /** Others may be faster; then the next one is tried. */
  private Optional<Instance> claim(
      Ledger ledger, List<Instance> candidates, String owner, Optional<String> key) {
    if (key.flatMap(k -> ledger.findByKey(owner, k)).isPresent()) {
      return Optional.empty(); // the reservation will find it again
    }
    for (Instance candidate : candidates) {
      Optional<Instance> claimed = ledger.claim(candidate.id(), owner, broker, key);
      if (claimed.isPresent()) {
        return claimed;
      }
    }
    return Optional.empty();
  }
}
