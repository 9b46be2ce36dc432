package io.macpool.core.simulation;

import io.macpool.core.simulation.JobBroker.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A worker's side of the queue of jobs: waits for jobs, custody, locks and ends. */
final class Claims {

  /** What a worker runs. */
  interface Runs {
    /** Gives a message back to the run that lost it; false if there is none. */
    boolean adopt(Delivery again);

    void takenElsewhere(String key);
  }

  private static final Duration PAUSE = Duration.ofMillis(500);

  private final String name;
  private final Wire wire;
  private final String queue;
  private final Planted planted;
  private final Runs runs;
  private final Endings endings;
  private final Locks locks;
  private final HeldDeliveries custody;
  private final List<Wait> waits = new ArrayList<>();

  Claims(String name, Wire wire, String queue, Duration lease, Planted planted, Runs runs) {
    this.name = name;
    this.wire = wire;
    this.queue = queue;
    this.planted = planted;
    this.runs = runs;
    this.endings = new Endings(wire, planted);
    this.locks = new Locks(wire, lease, endings, runs::takenElsewhere);
    this.custody = new HeldDeliveries(this);
    wire.onConnected(() -> List.copyOf(waits).forEach(Wait::open));
  }

  Wire wire() {
    return wire;
  }

  JobBroker broker() {
    return wire.broker();
  }

  Planted planted() {
    return planted;
  }

  Endings endings() {
    return endings;
  }

  Locks locks() {
    return locks;
  }

  boolean hasProcessor() {
    return !waits.isEmpty();
  }

  boolean adopt(Delivery delivery) {
    return runs.adopt(delivery);
  }

  /** Gives a message to a processor; false if none waits. */
  boolean run(Delivery delivery) {
    if (waits.isEmpty()) {
      return false;
    }
    Wait wait = waits.remove(0);
    wait.result.accept(Optional.of(delivery));
    wait.leave();
    return true;
  }

  /** Waits for one job. */
  Wait take(Consumer<Optional<Delivery>> result) {
    Wait wait = new Wait(result);
    waits.add(wait);
    wait.open();
    return wait;
  }

  /** A wait for one job, over one channel after the other. */
  final class Wait {
    private final Consumer<Optional<Delivery>> result;
    private Optional<Arrivals> current = Optional.empty();

    private Wait(Consumer<Optional<Delivery>> result) {
      this.result = result;
    }

    private boolean isOver() {
      return !waits.contains(this);
    }

    /** Wait no longer: a job that comes in the same moment goes to somebody else. */
    void cancel() {
      if (waits.remove(this)) {
        result.accept(Optional.empty());
        leave();
      }
    }

    private void open() {
      if (isOver() || current.filter(one -> one.channel.isOpen()).isPresent()) {
        return;
      }
      wire.link()
          .ifPresent(
              link -> {
                Arrivals arrivals = new Arrivals(this, link);
                current = Optional.of(arrivals);
                arrivals.channel.call(
                    () -> {
                      broker().consume(arrivals.channel);
                      return true;
                    },
                    done -> {
                      if (isOver()) {
                        arrivals.leave();
                      }
                    },
                    () -> {
                      arrivals.channel.forget();
                      openLater();
                    });
              });
    }

    private void openLater() {
      wire.later(PAUSE, this::open);
    }

    private void leave() {
      current.ifPresent(Arrivals::leave);
      current = Optional.empty();
    }

    private void take(Arrivals from, Delivery taken) {
      Runnable keep =
          () -> {
            current = current.filter(one -> one != from);
            custody.hold(taken);
            open();
          };
      if (taken.comesAgain() || locks.isHeld(taken.key())) {
        keep.run();
        return;
      }
      locks.take(
          taken.key(),
          first -> {
            if (!first) {
              keep.run();
              return;
            }
            current = current.filter(one -> one != from);
            if (waits.remove(this)) {
              result.accept(Optional.of(taken));
            } else if (!Claims.this.run(taken)) {
              taken.giveBack();
            }
          },
          keep);
    }
  }

  /** The consumer of one channel. */
  private final class Arrivals implements Channel.User {
    private final Wait wait;
    private final Channel channel;
    private Optional<Delivery> held = Optional.empty();
    private boolean isLeft;

    Arrivals(Wait wait, Link link) {
      this.wait = wait;
      this.channel = new Channel(link, queue, name, this);
    }

    @Override
    public void delivered(Message message) {
      Delivery taken = new Delivery(Claims.this, channel, message);
      held = Optional.of(taken);
      wire.later(Duration.ofNanos(1), () -> wait.take(this, taken));
    }

    @Override
    public void cancelled() {
      if (held.isPresent()) {
        if (planted != Planted.DEAF_TO_CANCELS) {
          held.get().withdrawn();
        }
      } else {
        abort();
        wait.openLater();
      }
    }

    @Override
    public void closed() {
      if (held.isEmpty()) {
        wait.openLater();
      }
    }

    /** What was sent until the cancel is confirmed is given to somebody else. */
    void leave() {
      if (isLeft || held.isPresent()) {
        return;
      }
      isLeft = true;
      channel.call(
          () -> {
            broker().stopConsuming(channel);
            return true;
          },
          done -> {
            if (held.isEmpty()) {
              abort();
            }
          },
          () -> {});
    }

    private void abort() {
      channel.send(() -> broker().leave(channel));
      channel.forget();
    }
  }
}
