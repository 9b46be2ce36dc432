package io.macpool.core.simulation;

import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** A worker's way to the job broker: one connection after the other. */
final class Wire {

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final VirtualTime time;
  private final Life worker;
  private final JobBroker broker;
  private final Life network = new Life(1);
  private final List<Runnable> users = new ArrayList<>();
  private Optional<Link> current = Optional.empty();
  private Duration unreachableUntil = Duration.ZERO;
  private Duration connectedSince = Duration.ZERO;

  Wire(VirtualTime time, Life worker, JobBroker broker) {
    this.time = time;
    this.worker = worker;
    this.broker = broker;
  }

  VirtualTime time() {
    return time;
  }

  Life worker() {
    return worker;
  }

  JobBroker broker() {
    return broker;
  }

  Optional<Link> link() {
    return current.filter(Link::isOpen);
  }

  /** Somebody who needs a connection is told of each. */
  void onConnected(Runnable user) {
    users.add(user);
  }

  void connect() {
    time.in(
        time.millis(2, 40),
        worker,
        () -> {
          if (broker.isAway() || time.now().compareTo(unreachableUntil) < 0) {
            time.after(time.between(Duration.ofMillis(100), LONGEST_PAUSE), worker, this::connect);
            return;
          }
          Link made = new Link(time, worker, network, this::connect);
          broker.connected(made);
          current = Optional.of(made);
          connectedSince = time.now();
          List.copyOf(users).forEach(Runnable::run);
        });
  }

  /** Since when both ends think that there is a connection; empty if one does not. */
  Optional<Duration> connectedSince() {
    return link().filter(Link::isOpenAtBroker).map(unused -> connectedSince);
  }

  /** Waits for an answer. */
  <T> void call(BiFunction<JobBroker, Link, T> atBroker, Consumer<T> then, Runnable failed) {
    Optional<Link> on = link();
    if (on.isEmpty()) {
      time.in(Duration.ZERO, worker, failed);
      return;
    }
    Link link = on.get();
    link.call(() -> atBroker.apply(broker, link), then, failed);
  }

  void later(Duration pause, Runnable work) {
    time.after(pause, worker, work);
  }

  /** Nothing gets through for so long; each end notices when its heartbeats say so. */
  void cutOff(Duration length) {
    unreachableUntil = time.now().plus(length);
    current.ifPresent(
        link -> {
          link.cut();
          time.in(time.seconds(0, 20), broker.life, () -> broker.close(link));
          time.in(time.seconds(0, 20), worker, link::lose);
        });
  }

  /** It is reset, and can be made again at once. */
  void reset() {
    current.ifPresent(
        link -> {
          broker.close(link);
          link.cut();
          time.in(time.millis(0, 50), worker, link::lose);
        });
  }

  /** The process is dead: the job broker finds that at once, or by and by. */
  void gone() {
    current.ifPresent(link -> time.in(time.seconds(0, 20), broker.life, () -> broker.close(link)));
  }

  /** A process that stands still sends no heartbeats. */
  void silentFor(Duration length) {
    Duration patience = time.seconds(10, 20);
    current
        .filter(unused -> length.compareTo(patience) > 0)
        .ifPresent(link -> time.in(patience, broker.life, () -> broker.close(link)));
  }
}
