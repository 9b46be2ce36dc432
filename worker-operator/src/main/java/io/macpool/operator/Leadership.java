package io.macpool.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.macpool.core.GoDuration;
import io.macpool.operator.cluster.Mandate;
import io.macpool.service.Settings;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this operator leads, by a Lease, and so may act: it does from when it won the Lease for
 * as long as it renews it. While a renewal takes too long it holds still, for another one may win.
 * A Lease that was lost is lost for good; on a clean stop it is given back, but only once no round
 * acts any more and none can begin.
 */
final class Leadership implements Mandate {

  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  /** What a Lease without a holder says of its duration: the API refuses 0. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** A round that lasts longer than so many calls that time out hangs in one that does not. */
  private static final int CALLS = 30;

  private enum State {
    WAITING,
    LEADING,
    LOST,
    STOPPING
  }

  private final KubernetesClient client;
  private final String name;
  private final String namespace;
  private final String identity;
  private final Duration duration;
  private final Duration patience;
  private final boolean elected;
  private final LeaseRenewals renewals;

  /** Rounds read; whoever stops them writes, and never lets go. */
  private final ReadWriteLock rounds = new ReentrantReadWriteLock();

  private final LongSupplier nanos;

  /** When each round that acts now began. */
  private final Map<Object, Long> began = new ConcurrentHashMap<>();

  private volatile State state = State.WAITING;

  /**
   * A candidate; without elections, the leader.
   *
   * @param renewals sees the calls of {@code client}
   * @param nanos as {@link System#nanoTime}
   */
  Leadership(
      Settings settings, KubernetesClient client, LeaseRenewals renewals, LongSupplier nanos) {
    this.client = client;
    this.nanos = nanos;
    this.renewals = renewals;
    name = settings.get(OperatorSettings.OPERATOR_NAME);
    namespace =
        settings
            .find(OperatorSettings.WATCH_NAMESPACE)
            .filter(watched -> !OperatorSettings.ALL_NAMESPACES.equals(watched))
            .orElse(client.getNamespace());
    identity =
        settings.find(OperatorSettings.POD_NAME).orElseGet(() -> UUID.randomUUID().toString());
    duration = settings.get(OperatorSettings.LEASE_DURATION);
    patience = settings.get(OperatorSettings.API_TIMEOUT).multipliedBy(CALLS);
    elected = settings.get(OperatorSettings.LEADER_ELECTION);
    if (!elected) {
      state = State.LEADING;
    }
  }

  /** How to be elected; empty if a lone operator leads without. */
  Optional<LeaderElectionConfiguration> election() {
    return elected
        ? Optional.of(
            new LeaderElectionConfiguration(
                name,
                namespace,
                duration,
                // Kubernetes' own components have these proportions.
                deadline(),
                duration.multipliedBy(2).dividedBy(15),
                identity,
                new LeaderCallbacks(this::won, this::lost, Leadership::changed),
                false))
        : Optional.empty();
  }

  private Duration deadline() {
    return duration.multipliedBy(2).dividedBy(3);
  }

  private synchronized void won() {
    if (state == State.WAITING) {
      state = State.LEADING;
    }
  }

  private synchronized void lost() {
    if (state == State.LEADING) {
      // Another may lead by now: stop acting, and let the liveness probe end the process.
      state = State.LOST;
      log.warn("{} leads no more", name);
    }
  }

  /** Nobody leads between a Lease that was given back and the next who takes it. */
  private static void changed(String leader) {
    if (!leader.isEmpty()) {
      log.info("{} is the leader", leader);
    }
  }

  /** Whether it leads, and so acts. */
  boolean leads() {
    return state == State.LEADING && (!elected || renewals.within(deadline()));
  }

  /** Why only a restart would help; empty while one would not. */
  Optional<String> trouble() {
    if (state == State.LOST) {
      return Optional.of("leadership was lost");
    }
    long now = nanos.getAsLong();
    long longest = began.values().stream().mapToLong(at -> now - at).max().orElse(0);
    return longest > patience.toNanos()
        ? Optional.of("a round has lasted longer than " + GoDuration.format(patience))
        : Optional.empty();
  }

  @Override
  public boolean stands() {
    return leads();
  }

  @Override
  public <T> Optional<T> act(Supplier<T> round) {
    if (!leads() || !rounds.readLock().tryLock()) {
      return Optional.empty();
    }
    Object key = new Object();
    began.put(key, nanos.getAsLong());
    try {
      return Optional.of(round.get());
    } finally {
      began.remove(key);
      rounds.readLock().unlock();
    }
  }

  /**
   * Stops for good: no round begins any more, the controllers are stopped, and the Lease is given
   * back. A round that still acts then keeps it until it runs out.
   *
   * @param controllers stops those who call for rounds, and the election
   */
  void stop(Runnable controllers) {
    synchronized (this) {
      state = State.STOPPING;
    }
    controllers.run();
    if (!elected) {
      return;
    }
    if (!rounds.writeLock().tryLock()) {
      log.warn("a round still acts: the lease {} is not given back, but runs out", name);
      return;
    }
    try {
      release();
    } catch (KubernetesClientException e) {
      log.warn("the lease {} is not given back, but runs out: {}", name, e.getMessage());
    }
  }

  private void release() {
    LeaseLock lease = new LeaseLock(namespace, name, identity);
    LeaderElectionRecord held = lease.get(client);
    if (held == null || !identity.equals(held.getHolderIdentity())) {
      return;
    }
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
    lease.update(
        client, new LeaderElectionRecord("", SHORTEST, now, now, held.getLeaderTransitions()));
    log.info("gave the lease {} back", name);
  }
}
