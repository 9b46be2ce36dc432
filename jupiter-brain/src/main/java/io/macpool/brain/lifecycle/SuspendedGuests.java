package io.macpool.brain.lifecycle;

import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.create.Cancellation;
import io.macpool.brain.lifecycle.create.CreateRequest;
import io.macpool.brain.lifecycle.create.Creations;
import io.macpool.brain.lifecycle.create.Provisioning;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.placement.SuspendPlanner;
import io.macpool.core.fleet.placement.SuspendPlanner.Make;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has hosts keep guests suspended: one at a time, a warm instance is made in the ordinary way, ends
 * on record once its SSH server has answered, and is suspended instead of destroyed. Until then it
 * is a warm instance as any other, which whoever asks gets. Nothing is on record of what this is
 * about: a leader that follows retires it. Confined to the warm pool's thread, but for what is
 * synchronized.
 */
final class SuspendedGuests {

  /**
   * The one that is being made.
   *
   * @param begun when it was ordered
   * @param id once it runs
   */
  private record Current(Make make, Instant begun, Optional<String> id, boolean ends) {}

  /**
   * What failed.
   *
   * @param until when it is tried again
   */
  private record Failure(int times, Instant until) {}

  private static final Logger log = LoggerFactory.getLogger(SuspendedGuests.class);
  private static final Duration FIRST_REST = Duration.ofMinutes(1);
  private static final int MOST_DOUBLINGS = 6;

  private final LiveInstances live;
  private final Creations creations;
  private final Reclaimer reclaimer;
  private final Duration bootLimit;
  private final Clock clock;

  // Guarded by this.
  private final Map<Make, Failure> failures = new HashMap<>();
  private @Nullable Current current;

  /**
   * @param bootLimit one that is not up by then is destroyed
   */
  SuspendedGuests(LiveInstances live, Provisioning provisioning, Duration bootLimit, Clock clock) {
    this.live = live;
    this.creations = provisioning.creations();
    this.reclaimer = provisioning.reclaimer();
    this.bootLimit = bootLimit;
    this.clock = clock;
  }

  /** Whether it is the one that is made to be suspended, and none of those that wait warm. */
  synchronized boolean isOurs(Instance instance) {
    if (current == null) {
      return false;
    }
    return current.id().isPresent()
        ? current.id().get().equals(instance.id())
        : instance.image().equals(Optional.of(current.make().image()))
            && instance.host().equals(Optional.of(current.make().host()))
            && !instance.createdAt().isBefore(current.begun());
  }

  /**
   * Goes on with the one that is being made, or begins one.
   *
   * @param spare free slots that nobody else wants
   */
  synchronized void look(Inventory inventory, int spare) {
    boolean waitedFor = !creations.waiting().isEmpty();
    if (current != null) {
      if (!current.ends() && current.id().isPresent()) {
        goOn(current, waitedFor);
      }
      return;
    }
    if (!waitedFor) {
      SuspendPlanner.plan(inventory.images().values(), creations.loads(inventory), spare, resting())
          .ifPresent(this::begin);
    }
  }

  private Set<Make> resting() {
    Instant now = clock.instant();
    return failures.entrySet().stream()
        .filter(entry -> entry.getValue().until().isAfter(now))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private void begin(Make make) {
    log.info("a guest of {} is made to be kept suspended on {}", make.image(), make.host());
    Current begun = new Current(make, clock.instant(), Optional.empty(), false);
    current = begun;
    Background.whenEnded(
        creations.create(CreateRequest.suspended(make.image(), make.host()), new Cancellation()),
        (instance, failure) -> {
          synchronized (this) {
            if (failure != null) {
              failed(make, String.valueOf(failure.getMessage()));
            } else {
              current = new Current(make, begun.begun(), Optional.of(instance.id()), false);
            }
          }
        });
  }

  /** One that somebody got meanwhile, or that was retired, is no business of ours any more. */
  private void goOn(Current one, boolean waitedFor) {
    Optional<Instance> now = live.find(one.id().orElseThrow()).filter(Instance::isWarm);
    Duration time = Duration.between(one.begun(), clock.instant());
    if (now.isEmpty()) {
      current = null;
    } else if (now.get().isWaiting() && now.get().ref().isPresent()) {
      if (!waitedFor) {
        end(one, now.get(), time);
      }
    } else if (time.compareTo(bootLimit) > 0) {
      failed(one.make(), "it never booted");
      Background.run(
          "retire " + now.get().id(),
          reclaimer
              .reclaim(Transition.of(now.get().id(), InstanceEvent.RETIRED, "warm: never-booted"))
              .carriedOut());
    }
  }

  private void end(Current one, Instance instance, Duration boot) {
    current = new Current(one.make(), one.begun(), one.id(), true);
    Background.whenEnded(
        reclaimer
            .suspend(
                Transition.of(instance.id(), InstanceEvent.RETIRED, "warm: suspended"),
                instance.ref().orElseThrow(),
                boot)
            .carriedOut(),
        (nothing, failure) -> ended(one.make(), Optional.ofNullable(failure)));
  }

  private synchronized void ended(Make make, Optional<Throwable> failure) {
    if (failure.isPresent()) {
      failed(make, String.valueOf(failure.get().getMessage()));
    } else {
      failures.remove(make);
      current = null;
    }
  }

  private void failed(Make make, String why) {
    int before = Optional.ofNullable(failures.get(make)).map(Failure::times).orElse(0);
    Duration rest = FIRST_REST.multipliedBy(1L << Math.min(before, MOST_DOUBLINGS));
    failures.put(make, new Failure(before + 1, clock.instant().plus(rest)));
    current = null;
    log.warn(
        "no guest of {} is kept suspended on {}, it is tried again in {}: {}",
        make.image(),
        make.host(),
        rest,
        why);
  }
}
