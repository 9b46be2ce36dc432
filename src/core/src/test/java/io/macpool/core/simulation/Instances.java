package io.macpool.core.simulation;

import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The broker of instances and the guests in them: slots, idempotency keys, leases of processes, a
 * script in each guest.
 */
final class Instances {

  /** What whoever is attached to a script is told when its guest is gone. */
  static final int GONE = -1;

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration SILENT_CALL = Duration.ofSeconds(5);

  /** One instance, and the script in it. */
  static final class Instance {
    final String id;
    final String lease;
    final String key;
    final Duration reachableAt;
    private boolean isGone;
    private Optional<Integer> status = Optional.empty();
    private Consumer<Integer> onExit = status -> {};

    Instance(String id, String lease, String key, Duration reachableAt) {
      this.id = id;
      this.lease = lease;
      this.key = key;
      this.reachableAt = reachableAt;
    }

    boolean isGone() {
      return isGone;
    }

    /** How its script ended, once it has. */
    Optional<Integer> status() {
      return status;
    }
  }

  final Life life = new Life(1);
  private final VirtualTime time;
  private final JobPromises promises;
  private final int slots;
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<String, Instance> byKey = new HashMap<>();
  private final Map<String, Duration> renewed = new LinkedHashMap<>();
  private Duration awayUntil = Duration.ZERO;
  private double loses;
  private int made;

  Instances(VirtualTime time, JobPromises promises, int slots) {
    this.time = time;
    this.promises = promises;
    this.slots = slots;
    time.every(Duration.ofSeconds(1), life, this::expire);
  }

  Collection<Instance> all() {
    return List.copyOf(instances.values());
  }

  void goAway(Duration length) {
    time.note("the broker of instances is away for " + length);
    awayUntil = time.now().plus(length);
  }

  /** How many of the requests, and of the answers, are lost. */
  void lose(double share) {
    loses = share;
  }

  private boolean isAway() {
    return time.now().compareTo(awayUntil) < 0;
  }

  /** A request and its answer; what is lost is noticed by its time. */
  <T> void call(Life worker, Supplier<T> atBroker, Consumer<T> then, Runnable failed) {
    if (isAway() || time.happens(loses)) {
      time.after(SILENT_CALL, worker, failed);
      return;
    }
    boolean isAnswerLost = time.happens(loses);
    time.in(
        time.millis(2, 60),
        life,
        () -> {
          T answer = atBroker.get();
          if (isAnswerLost || isAway()) {
            time.after(SILENT_CALL, worker, failed);
          } else {
            time.in(time.millis(2, 60), worker, () -> then.accept(answer));
          }
        });
  }

  /** Empty if there is no room. */
  Optional<Instance> create(String lease, String key) {
    renew(lease);
    Instance known = byKey.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    if (instances.size() >= slots) {
      return Optional.empty();
    }
    Instance instance =
        new Instance("vm" + ++made, lease, key, time.now().plus(time.seconds(3, 40)));
    time.note(instance.id + " is made for " + key);
    instances.put(instance.id, instance);
    byKey.put(key, instance);
    return Optional.of(instance);
  }

  void renew(String lease) {
    renewed.put(lease, time.now());
  }

  /** Destroys it; once more does no harm. */
  boolean delete(Instance instance) {
    if (instances.remove(instance.id) != null) {
      byKey.remove(instance.key);
      instance.isGone = true;
      instance.onExit.accept(GONE);
      time.note(instance.id + " is destroyed");
    }
    return true;
  }

  /** Its own silence is no evidence: a lease is over when others were heard since. */
  private void expire() {
    if (isAway()) {
      return;
    }
    Duration since = awayUntil.plus(LEASE);
    renewed
        .entrySet()
        .removeIf(
            lease -> {
              boolean over =
                  time.now().compareTo(since) > 0
                      && time.now().minus(lease.getValue()).compareTo(LEASE) > 0;
              if (over) {
                all().stream()
                    .filter(one -> one.lease.equals(lease.getKey()))
                    .forEach(this::delete);
              }
              return over;
            });
  }

  /** A script begins in the guest; it ends there whoever looks. */
  void run(Instance instance, String message, Duration length, int status) {
    time.in(
        length,
        life,
        () -> {
          if (!instance.isGone) {
            promises.scriptEnded(message, status);
            instance.status = Optional.of(status);
            instance.onExit.accept(status);
          }
        });
  }

  /** Somebody attaches to the script, or nobody any more. */
  void attach(Instance instance, Consumer<Integer> onExit) {
    instance.onExit = onExit;
  }
}
