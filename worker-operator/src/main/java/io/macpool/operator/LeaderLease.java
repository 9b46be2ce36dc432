package io.macpool.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.macpool.service.SteadyClock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The Lease that says who leads: one attempt to take or to renew it after the other.
 *
 * <p>Other machines' clocks decide nothing. Another one's Lease is over when no renewal was seen
 * here for as long as it lasts, by our own clock; the times in it are for people. Each write names
 * the version that was read, so that of two who try at once one is refused.
 */
final class LeaderLease {

  /** What a Lease without a holder says of its duration: the API refuses 0. */
  private static final int SHORTEST = 1;

  private static final int CONFLICT = 409;

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final String identity;
  private final Duration duration;
  private final LongSupplier nanos;

  private String seen = "";
  private long seenAt;

  /**
   * Not asked for yet.
   *
   * @param duration how long after its last renewal a leader still counts as one
   * @param nanos as {@link System#nanoTime}
   */
  LeaderLease(
      KubernetesClient client,
      String namespace,
      String name,
      String identity,
      Duration duration,
      LongSupplier nanos) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.identity = identity;
    this.duration = duration;
    this.nanos = nanos;
  }

  /**
   * How an attempt ended.
   *
   * @param holder who has the Lease now; ours or another's identity
   * @param ours whether that is us
   * @param at when it was asked for, by {@code nanos}: no renewal of ours is younger than that
   */
  record Attempt(String holder, boolean ours, long at) {}

  String name() {
    return namespace + "/" + name;
  }

  /**
   * Takes the Lease if it is free or over, renews it if it is ours, else looks who has it.
   *
   * @throws KubernetesClientException if that can't be told
   */
  Attempt attempt() {
    return attempt(1);
  }

  private Attempt attempt(int repetitions) {
    long asked = nanos.getAsLong();
    Lease lease = resource().get();
    String holder = holder(lease);
    if (!holder.equals(identity) && !holder.isEmpty() && !isOver(lease.getSpec())) {
      return new Attempt(holder, false, asked);
    }
    try {
      if (lease == null) {
        client.leases().inNamespace(namespace).resource(fresh()).create();
      } else {
        client.leases().inNamespace(namespace).resource(renewed(lease, holder)).update();
      }
      return new Attempt(identity, true, asked);
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
      // Another candidate was faster, or somebody else wrote the object: it is read again.
      return repetitions > 0
          ? attempt(repetitions - 1)
          : new Attempt("another candidate", false, asked);
    }
  }

  /**
   * Gives the Lease back, if it is ours.
   *
   * @return whether it was
   */
  boolean release() {
    Lease lease = resource().get();
    if (!holder(lease).equals(identity)) {
      return false;
    }
    lease.getSpec().setHolderIdentity("");
    lease.getSpec().setLeaseDurationSeconds(SHORTEST);
    lease.getSpec().setRenewTime(now());
    client.leases().inNamespace(namespace).resource(lease).update();
    return true;
  }

  private boolean isOver(LeaseSpec lease) {
    String now =
        lease.getHolderIdentity()
            + " "
            + lease.getRenewTime()
            + " "
            + lease.getAcquireTime()
            + " "
            + lease.getLeaseTransitions();
    if (!now.equals(seen)) {
      seen = now;
      seenAt = nanos.getAsLong();
    }
    int theirs = Objects.requireNonNullElse(lease.getLeaseDurationSeconds(), SHORTEST);
    Duration lasts = Duration.ofSeconds(Math.max(theirs, duration.toSeconds()));
    return nanos.getAsLong() - seenAt > lasts.toNanos();
  }

  private static String holder(Lease lease) {
    return Optional.ofNullable(lease)
        .map(Lease::getSpec)
        .map(LeaseSpec::getHolderIdentity)
        .orElse("");
  }

  private Lease fresh() {
    return new LeaseBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .withSpec(spec(0, now()))
        .build();
  }

  private Lease renewed(Lease lease, String holder) {
    LeaseSpec before = Optional.ofNullable(lease.getSpec()).orElseGet(LeaseSpec::new);
    int transitions = Objects.requireNonNullElse(before.getLeaseTransitions(), 0);
    boolean same = holder.equals(identity);
    LeaseSpec spec =
        spec(
            same ? transitions : transitions + 1,
            same && before.getAcquireTime() != null ? before.getAcquireTime() : now());
    return new LeaseBuilder(lease).withSpec(spec).build();
  }

  private LeaseSpec spec(int transitions, ZonedDateTime acquired) {
    LeaseSpec spec = new LeaseSpec();
    spec.setHolderIdentity(identity);
    spec.setLeaseDurationSeconds((int) Math.max(SHORTEST, duration.toSeconds()));
    spec.setAcquireTime(acquired);
    spec.setRenewTime(now());
    spec.setLeaseTransitions(transitions);
    return spec;
  }

  private static ZonedDateTime now() {
    return ZonedDateTime.now(SteadyClock.wall()).truncatedTo(ChronoUnit.MICROS);
  }

  private Resource<Lease> resource() {
    return client.leases().inNamespace(namespace).withName(name);
  }
}
