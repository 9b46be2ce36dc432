package io.macpool.operator.hardware;

import io.macpool.core.Observed;
import io.macpool.core.pool.FairSharePlanner;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.operator.api.PoolKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster holds how many slots of each HardwarePool. A cluster asks before it grants anything
 * to its pods: what it is given is held for it from that moment, so that two clusters that ask at
 * once can't be given the same slot. When it has recorded its grants it settles for what they
 * amount to, and the rest is free again.
 *
 * <p>Lives in the one operator that leads; what is held is recovered from the statuses of the
 * WorkerClusters, where grants are recorded before they are acted on. Thread-safe.
 */
public final class SlotLedger {

  private final Clock clock;
  private final Function<PoolKey, Collection<SlotClaim>> recorded;
  private final BiConsumer<PoolKey, String> wake;
  private final Map<PoolKey, Account> accounts = new HashMap<>();

  private static final class Account {
    Observed<Integer> slots;
    final SortedMap<String, SlotClaim> claims = new TreeMap<>();
    final Map<String, Integer> limits = new HashMap<>();

    /** Clusters that were woken and have not asked since: once is enough. */
    final Set<String> woken = new HashSet<>();

    private @Nullable SortedMap<String, SlotShare> shares;

    Account(Observed<Integer> slots) {
      this.slots = slots;
    }

    void slots(Observed<Integer> known) {
      slots = known;
      shares = null;
    }

    void claim(SlotClaim claim) {
      if (!claim.equals(claims.put(claim.id(), claim))) {
        shares = null;
      }
    }

    boolean forget(String cluster) {
      limits.remove(cluster);
      woken.remove(cluster);
      shares = null;
      return claims.remove(cluster) != null;
    }

    /** Planned anew only if something changed: most rounds of an idle fleet change nothing. */
    SortedMap<String, SlotShare> shares() {
      SortedMap<String, SlotShare> planned = shares;
      if (planned == null) {
        planned = FairSharePlanner.plan(slots, claims.values());
        shares = planned;
      }
      return planned;
    }
  }

  /**
   * A ledger without entries.
   *
   * @param recorded the claims of all clusters on a pool by their recorded statuses; read once,
   *     when the pool is first named, so nobody may name one before all clusters are known
   * @param wake is told of a cluster that may have more than it was given last, or must give back
   */
  public SlotLedger(
      Clock clock,
      Function<PoolKey, Collection<SlotClaim>> recorded,
      BiConsumer<PoolKey, String> wake) {
    this.clock = clock;
    this.recorded = recorded;
    this.wake = wake;
  }

  /** Notes how many slots there are to share. */
  public void slots(PoolKey pool, Observed<Integer> slots) {
    List<String> concerned;
    synchronized (this) {
      Account account = account(pool);
      boolean same = account.slots.toOptional().equals(slots.toOptional());
      account.slots(slots);
      concerned = same ? List.of() : concerned(account, "");
    }
    concerned.forEach(cluster -> wake.accept(pool, cluster));
  }

  /** Gives a cluster its limit, and holds that for it. */
  public SlotShare ask(PoolKey pool, SlotClaim claim) {
    SlotShare share;
    List<String> concerned;
    synchronized (this) {
      Account account = account(pool);
      account.claim(claim);
      account.woken.remove(claim.id());
      share = share(account.shares(), claim.id());
      account.limits.put(claim.id(), share.limit());
      account.claim(holding(claim, Math.max(claim.held(), share.limit())));
      concerned = concerned(account, claim.id());
    }
    concerned.forEach(cluster -> wake.accept(pool, cluster));
    return share;
  }

  /** Notes what a cluster's recorded grants amount to: the rest of its limit is free again. */
  public void settle(PoolKey pool, String cluster, int held) {
    List<String> concerned;
    synchronized (this) {
      Account account = account(pool);
      SlotClaim claim = account.claims.get(cluster);
      if (claim == null) {
        return;
      }
      account.claim(holding(claim, held));
      concerned = concerned(account, cluster);
    }
    concerned.forEach(other -> wake.accept(pool, other));
  }

  /** Forgets a cluster whose pods are gone or which left the pool. */
  public void forget(PoolKey pool, String cluster) {
    List<String> concerned;
    synchronized (this) {
      Account account = account(pool);
      concerned = account.forget(cluster) ? concerned(account, cluster) : List.of();
    }
    concerned.forEach(other -> wake.accept(pool, other));
  }

  /** Forgets a pool that was deleted: its clusters hold what they have. */
  public void missing(PoolKey pool) {
    slots(pool, Observed.unknown("there is no HardwarePool " + pool.name(), clock.instant()));
  }

  /** The pools that are there or that clusters wait for. */
  public synchronized Set<PoolKey> pools() {
    Set<PoolKey> pools = new HashSet<>(accounts.keySet());
    pools.removeIf(pool -> !account(pool).slots.isKnown() && account(pool).claims.isEmpty());
    return pools;
  }

  /** How a pool is shared now. */
  public synchronized Picture picture(PoolKey pool) {
    Account account = account(pool);
    return new Picture(account.slots, new TreeMap<>(account.claims), account.shares());
  }

  /**
   * How a pool is shared.
   *
   * @param claims by cluster
   * @param shares by cluster
   */
  public record Picture(
      Observed<Integer> slots,
      SortedMap<String, SlotClaim> claims,
      SortedMap<String, SlotShare> shares) {

    /** Slots that processors may take now. */
    public int used() {
      return claims.values().stream().mapToInt(SlotClaim::held).sum();
    }

    /** Jobs wanted beyond the shares. */
    public int waiting() {
      return claims.values().stream()
          .mapToInt(claim -> Math.max(0, claim.wanted() - share(claim).share()))
          .sum();
    }

    /** What came out for a claim of this picture. */
    SlotShare share(SlotClaim claim) {
      return SlotLedger.share(shares, claim.id());
    }
  }

  private static SlotShare share(SortedMap<String, SlotShare> shares, String cluster) {
    return Objects.requireNonNull(shares.get(cluster), "each claim has its share");
  }

  private Account account(PoolKey pool) {
    Account known = accounts.get(pool);
    if (known != null) {
      return known;
    }
    Account account =
        new Account(
            Observed.unknown("HardwarePool " + pool.name() + " was not read yet", clock.instant()));
    recorded.apply(pool).forEach(claim -> account.claims.put(claim.id(), claim));
    accounts.put(pool, account);
    return account;
  }

  /**
   * Clusters that would do something about it: those that may have more than they were given last,
   * and those that hold more than they may. One that was given more than it may have now, and did
   * not take it, is told when it asks.
   */
  private static List<String> concerned(Account account, String asking) {
    List<String> concerned = new ArrayList<>();
    account
        .shares()
        .forEach(
            (cluster, share) -> {
              Integer given = account.limits.get(cluster);
              boolean more = given == null || share.limit() > given;
              SlotClaim claim = account.claims.get(cluster);
              boolean less =
                  given != null
                      && claim != null
                      && share.limit() < given
                      && share.limit() < claim.held();
              if (!cluster.equals(asking) && (more || less) && account.woken.add(cluster)) {
                concerned.add(cluster);
              }
            });
    return concerned;
  }

  private static SlotClaim holding(SlotClaim claim, int held) {
    return new SlotClaim(claim.id(), claim.weight(), claim.minimum(), claim.wanted(), held);
  }
}
