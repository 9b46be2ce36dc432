package io.macpool.core.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The locks of a worker's runs, step by step as the worker takes, loses and retakes them. */
final class Locks {

  private static final Duration AGAIN = Duration.ofMillis(500);

  private final Wire wire;
  private final Duration lease;
  private final Endings endings;
  private final Consumer<String> onTaken;
  private final Map<String, Link> held = new LinkedHashMap<>();

  /** Who takes or lets go of the same lock waits for whoever is at it. */
  private final Map<String, Deque<Runnable>> busy = new HashMap<>();

  Locks(Wire wire, Duration lease, Endings endings, Consumer<String> onTaken) {
    this.wire = wire;
    this.lease = lease;
    this.endings = endings;
    this.onTaken = onTaken;
    wire.onConnected(
        () -> {
          Duration until = now().plus(lease);
          List.copyOf(held.keySet()).forEach(key -> retake(key, until));
        });
  }

  Duration lease() {
    return lease;
  }

  private Duration now() {
    return wire.time().now(wire.worker());
  }

  boolean isHeld(String key) {
    return held.containsKey(key);
  }

  void take(String key, Consumer<Boolean> then, Runnable failed) {
    enter(
        key,
        leave ->
            wire.call(
                (broker, link) -> Optional.of(link).filter(on -> broker.locks.lock(on, key)),
                taken -> {
                  taken.ifPresent(on -> held.put(key, on));
                  leave.run();
                  then.accept(taken.isPresent());
                },
                () -> {
                  leave.run();
                  failed.run();
                }));
  }

  void isElsewhere(String key, Consumer<Boolean> then, Runnable failed) {
    wire.call((broker, link) -> broker.locks.isLocked(key), then, failed);
  }

  void release(String key) {
    if (held.remove(key) == null) {
      return;
    }
    enter(
        key,
        leave -> {
          if (held.containsKey(key)) {
            leave.run();
            return;
          }
          wire.call(
              (broker, link) -> {
                broker.locks.unlock(link, key);
                return true;
              },
              done -> leave.run(),
              leave);
        });
  }

  private void enter(String key, Consumer<Runnable> work) {
    Deque<Runnable> waiting = busy.get(key);
    if (waiting != null) {
      waiting.add(() -> work.accept(() -> leave(key)));
      return;
    }
    busy.put(key, new ArrayDeque<>());
    work.accept(() -> leave(key));
  }

  private void leave(String key) {
    Runnable next = busy.get(key).poll();
    if (next == null) {
      busy.remove(key);
    } else {
      next.run();
    }
  }

  private void retake(String key, Duration until) {
    enter(
        key,
        leave -> {
          if (wire.link().isEmpty() || !held.containsKey(key)) {
            leave.run();
            return;
          }
          wire.call(
              (broker, link) -> Optional.of(link).filter(on -> broker.locks.lock(on, key)),
              regained -> {
                regained.ifPresent(on -> held.replace(key, on));
                leave.run();
                if (regained.isPresent()) {
                  lookForEnd(key, until);
                } else {
                  again(key, until);
                }
              },
              () -> {
                leave.run();
                again(key, until);
              });
        });
  }

  private void lookForEnd(String key, Duration until) {
    endings.find(
        key,
        ending -> {
          if (ending != io.macpool.core.claim.RunClaimPlanner.Ending.NONE) {
            onTaken.accept(key);
          }
        },
        () -> again(key, until));
  }

  private void again(String key, Duration until) {
    if (now().compareTo(until) > 0) {
      held.remove(key);
      onTaken.accept(key);
    } else {
      wire.later(AGAIN, () -> retake(key, until));
    }
  }
}
