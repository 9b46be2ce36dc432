package io.macpool.core.simulation;

import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A worker's connection to the job broker: in order both ways, sometimes late, and lost at once for
 * both or at different times.
 */
final class Link {

  /** The job broker does not do it. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why, null, false, false);
    }
  }

  private record Call<T>(Consumer<T> then, Runnable failed) {}

  private final VirtualTime time;
  private final Life worker;
  private final Life network;
  private final Runnable onLost;
  private final Set<Call<?>> pending = new LinkedHashSet<>();
  private final Deque<Runnable> inbox = new ArrayDeque<>();
  private long up;
  private long down;
  private boolean cut;
  private boolean openAtBroker = true;
  private boolean openAtWorker = true;

  /**
   * A connection that was just made.
   *
   * @param onLost told once, as the worker notices
   */
  Link(VirtualTime time, Life worker, Life network, Runnable onLost) {
    this.time = time;
    this.worker = worker;
    this.network = network;
    this.onLost = onLost;
  }

  Life worker() {
    return worker;
  }

  /** Whether the worker thinks that it is there. */
  boolean isOpen() {
    return openAtWorker;
  }

  boolean isOpenAtBroker() {
    return openAtBroker;
  }

  /** Asks the job broker, and waits for its answer. */
  <T> void call(Supplier<T> atBroker, Consumer<T> then, Runnable failed) {
    if (!openAtWorker) {
      time.in(Duration.ZERO, worker, failed);
      return;
    }
    Call<T> call = new Call<>(then, failed);
    pending.add(call);
    send(
        () -> {
          try {
            T answer = atBroker.get();
            tell(() -> end(call, () -> call.then().accept(answer)));
          } catch (Refused e) {
            tell(() -> end(call, call.failed()));
          }
        });
  }

  private void end(Call<?> call, Runnable how) {
    if (pending.remove(call)) {
      how.run();
    }
  }

  /** Says something to the job broker that it does not answer. */
  void send(Runnable atBroker) {
    if (openAtWorker) {
      up = Math.max(up + 1, time.now().plus(latency()).toNanos());
      time.in(
          Duration.ofNanos(up).minus(time.now()),
          network,
          () -> {
            if (!cut && openAtBroker) {
              atBroker.run();
            }
          });
    }
  }

  /** The job broker says something. */
  void tell(Runnable atWorker) {
    down = Math.max(down + 1, time.now().plus(latency()).toNanos());
    time.in(
        Duration.ofNanos(down).minus(time.now()),
        network,
        () -> {
          if (!cut) {
            inbox.add(atWorker);
            time.in(Duration.ZERO, worker, this::read);
          }
        });
  }

  private void read() {
    Runnable next = inbox.poll();
    if (next != null && openAtWorker) {
      next.run();
    }
  }

  private Duration latency() {
    return time.happens(0.01) ? time.millis(200, 4_000) : time.millis(1, 5);
  }

  /** Nothing arrives any more, either way. */
  void cut() {
    cut = true;
  }

  /** The job broker has done with it. */
  void closeAtBroker() {
    openAtBroker = false;
    tell(this::lose);
  }

  /** The worker notices. */
  void lose() {
    if (!openAtWorker) {
      return;
    }
    openAtWorker = false;
    inbox.clear();
    List<Call<?>> failing = new ArrayList<>(pending);
    pending.clear();
    failing.forEach(call -> time.in(Duration.ZERO, worker, call.failed()));
    onLost.run();
  }
}
