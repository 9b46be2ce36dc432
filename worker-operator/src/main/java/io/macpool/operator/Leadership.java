package io.macpool.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.core.FailureWords;
import io.macpool.core.GoDuration;
import io.macpool.operator.LeaderLease.Attempt;
import io.macpool.operator.cluster.report.LeadershipToken;
import io.macpool.service.setting.Settings;
import java.net.URL;
import java.time.Duration;
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
 * Who lost it to another one stands for election again; on a clean stop it is given back, but only
 * once no round acts any more and none can begin.
 */
final class Leadership implements LeadershipToken {

  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  /** A round that lasts longer than so many calls that time out hangs in one that does not. */
  private static final int CALLS = 30;

  private final LeaderLease lease;
  private final Duration duration;
  private final Duration patience;
  private final boolean elected;
  private final URL api;
  private final LongSupplier nanos;

  /** Rounds read; whoever stops them writes, and never lets go. */
  private final ReadWriteLock rounds = new ReentrantReadWriteLock();

  /** When each round that acts now began. */
  private final Map<Object, Long> began = new ConcurrentHashMap<>();

  private volatile boolean stopping;
  private volatile Optional<Attempt> last = Optional.empty();
  private volatile Optional<String> failure = Optional.empty();

  /**
   * A candidate; without elections, the leader.
   *
   * @param nanos as {@link System#nanoTime}
   */
  Leadership(Settings settings, KubernetesClient client, LongSupplier nanos) {
    this.nanos = nanos;
    api = client.getMasterUrl();
    String namespace =
        settings
            .find(OperatorSettings.WATCH_NAMESPACE)
            .filter(watched -> !OperatorSettings.ALL_NAMESPACES.equals(watched))
            .orElseGet(client::getNamespace);
    String identity =
        settings.find(OperatorSettings.POD_NAME).orElseGet(() -> UUID.randomUUID().toString());
    duration = settings.get(OperatorSettings.LEASE_DURATION);
    lease =
        new LeaderLease(
            client,
            namespace,
            settings.get(OperatorSettings.OPERATOR_NAME),
            identity,
            duration,
            nanos);
    patience = settings.get(OperatorSettings.API_TIMEOUT).multipliedBy(CALLS);
    elected = settings.get(OperatorSettings.LEADER_ELECTION);
  }

  /** Whether it has to be elected; a lone operator may lead without. */
  boolean isElected() {
    return elected;
  }

  /** How far attempts are apart: Kubernetes' own components have this proportion. */
  Duration pause() {
    return duration.multipliedBy(2).dividedBy(15);
  }

  /**
   * Takes, renews or looks at the Lease; a failure is told once, until it is another one.
   *
   * @return whether the Lease is ours, as far as is known: no answer takes nobody's
   */
  boolean attempt() {
    if (stopping) {
      return false;
    }
    try {
      Attempt now = lease.attempt();
      tell(now);
      last = Optional.of(now);
      failure.ifPresent(f -> log.info("the Lease {} is reached again", lease.name()));
      failure = Optional.empty();
    } catch (KubernetesClientException e) {
      String why =
          e.getStatus() == null
              ? "no answer from " + api + ": " + FailureWords.of(e)
              : String.valueOf(e.getMessage());
      if (!failure.equals(Optional.of(why))) {
        log.warn(
            "the Lease {} can't be read or renewed, tried again every {}: {}. Is the API up, and"
                + " may the service account get, create and update leases there?",
            lease.name(),
            GoDuration.format(pause()),
            why);
      }
      failure = Optional.of(why);
    }
    return last.filter(Attempt::ours).isPresent();
  }

  private void tell(Attempt now) {
    String before = last.map(Attempt::holder).orElse("");
    if (!now.holder().equals(before)) {
      log.info(
          now.ours() ? "{} leads: the Lease {} is ours" : "{} leads, by the Lease {}: standing by",
          now.holder(),
          lease.name());
    }
  }

  private Duration deadline() {
    return duration.multipliedBy(2).dividedBy(3);
  }

  /** Whether it leads, and so acts. */
  boolean leads() {
    return !stopping
        && (!elected
            || last.filter(Attempt::ours)
                .filter(ours -> nanos.getAsLong() - ours.at() <= deadline().toNanos())
                .isPresent());
  }

  /** Why it does not act; empty if it does. */
  Optional<String> idle() {
    if (leads()) {
      return Optional.empty();
    }
    if (stopping) {
      return Optional.of("it stops");
    }
    return Optional.of(
        failure
            .map(why -> "the Lease " + lease.name() + " can't be read or renewed: " + why)
            .or(() -> last.map(other -> other.holder() + " leads, by the Lease " + lease.name()))
            .orElse("the Lease " + lease.name() + " was not read yet"));
  }

  /** Why only a restart would help; empty while one would not. */
  Optional<String> trouble() {
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
    stopping = true;
    controllers.run();
    if (!elected || last.filter(Attempt::ours).isEmpty()) {
      return;
    }
    if (!rounds.writeLock().tryLock()) {
      log.warn("a round still acts: the Lease {} is not given back, but runs out", lease.name());
      return;
    }
    try {
      if (lease.release()) {
        log.info("gave the Lease {} back", lease.name());
      }
    } catch (KubernetesClientException e) {
      log.warn("the Lease {} is not given back, but runs out: {}", lease.name(), e.getMessage());
    }
  }
}
