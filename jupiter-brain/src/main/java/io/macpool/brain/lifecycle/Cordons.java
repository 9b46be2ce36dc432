package io.macpool.brain.lifecycle;

import io.macpool.core.fleet.Cordon;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The hosts' cordons, in memory as the ledger last had them. */
public final class Cordons {

  private final LedgerExecutor executor;
  private volatile Map<String, Cordon> all = Map.of();

  public Cordons(LedgerExecutor executor) {
    this.executor = executor;
  }

  /** By host. */
  public Map<String, Cordon> all() {
    return all;
  }

  /** Cordons a host, or lifts its cordon; completes when it is on record and holds here. */
  public CompletableFuture<Void> set(String host, Optional<Cordon> cordon) {
    return executor
        .ask(
            ledger -> {
              ledger.cordon(host, cordon);
              return ledger.cordons();
            })
        .thenAccept(this::refresh);
  }

  void refresh(Map<String, Cordon> fresh) {
    all = Map.copyOf(new HashMap<>(fresh));
  }
}
