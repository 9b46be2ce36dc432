package io.macpool.brain.lifecycle.slots;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.lifecycle.execution.LedgerExecutor;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Inventory;
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

  /**
   * Lets cordons hold for a Mac that was taken out and added again, by its hardware or its name;
   * waits for the ledger.
   */
  public void follow(Ledger ledger, Inventory inventory) {
    Map<String, Host> hosts = inventory.hosts();
    ledger
        .cordoned()
        .forEach(
            (id, body) -> {
              Optional<Host> now =
                  hosts.containsKey(id)
                      ? Optional.of(hosts.get(id))
                      : hosts.values().stream().filter(h -> h.body().isSameAs(body)).findFirst();
              if (now.filter(host -> !host.id().equals(id) || !host.body().equals(body))
                  .isPresent()) {
                ledger.cordonFollows(id, now.get());
                refresh(ledger.cordons());
              }
            });
  }

  public void refresh(Map<String, Cordon> fresh) {
    all = Map.copyOf(new HashMap<>(fresh));
  }
}
