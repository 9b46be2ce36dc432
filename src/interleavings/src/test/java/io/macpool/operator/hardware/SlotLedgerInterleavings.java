package io.macpool.operator.hardware;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.core.Observed;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Subject;
import io.macpool.operator.api.PoolKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Three clusters ask for slots of one pool at once, settle and ask again when they are woken, while
 * one leaves: what they hold is never more than there is, and no slot stays unused that one of them
 * wants.
 */
@Subject(value = SlotLedger.class, planted = Fault.NO_MONITOR)
final class SlotLedgerInterleavings implements Harness {

  private static final int SLOTS = 3;
  private static final int WANTED = 2;
  private static final PoolKey POOL = new PoolKey("ns", "pool");

  private final Map<String, Integer> held = new ConcurrentHashMap<>();
  private final Set<String> woken = ConcurrentHashMap.newKeySet();
  private final SlotLedger ledger =
      new SlotLedger(
          Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
          pool -> List.of(),
          (pool, cluster) -> woken.add(cluster));

  @Override
  public void run() throws Exception {
    ledger.slots(POOL, Observed.known(SLOTS, Instant.EPOCH));
    together(
        () -> round("a"),
        () -> round("b"),
        () -> {
          round("c");
          held.remove("c");
          ledger.forget(POOL, "c");
        });
    for (int i = 0; i < 10 && woken.removeIf(cluster -> true); i++) {
      for (String cluster : Set.copyOf(held.keySet())) {
        round(cluster);
      }
    }
    int all = held.values().stream().mapToInt(Integer::intValue).sum();
    check(all == SLOTS, all + " slots are held of " + SLOTS + ": " + held);
    check(ledger.picture(POOL).used() == SLOTS, "the ledger knows of others");
  }

  private void round(String cluster) {
    int before = held.getOrDefault(cluster, 0);
    SlotShare share = ledger.ask(POOL, new SlotClaim(cluster, 1, 0, WANTED, before));
    check(ledger.picture(POOL).used() <= SLOTS, "more is held than there is");
    int now = Math.min(WANTED, share.limit());
    held.put(cluster, now);
    ledger.settle(POOL, cluster, now);
  }
}
