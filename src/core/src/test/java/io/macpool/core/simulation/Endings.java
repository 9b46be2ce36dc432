package io.macpool.core.simulation;

import io.macpool.core.claim.RunClaimPlanner.Ending;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** How jobs end, written down where every worker finds it, call by call. */
final class Endings {

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Wire wire;
  private final Planted planted;

  Endings(Wire wire, Planted planted) {
    this.wire = wire;
    this.planted = planted;
  }

  /** Publishes a report until it is confirmed, over however many connections. */
  void publish(Report report, Runnable confirmed) {
    wire.call(
        (broker, link) -> {
          broker.report(link, report);
          return true;
        },
        done -> confirmed.run(),
        () -> wire.later(PAUSE, () -> publish(report, confirmed)));
  }

  /** The end of a job whose message nobody else ever had. */
  void write(Channel held, Report report, Runnable then, Runnable failed) {
    JobBroker broker = wire.broker();
    held.call(
        () -> {
          if (broker.ends.declareEnding(report.key()) > 0) {
            broker.ends.clearEnding(report.key());
          }
          return true;
        },
        done -> held.call(() -> put(broker, report), put -> then.run(), failed),
        failed);
  }

  private static boolean put(JobBroker broker, Report report) {
    broker.ends.putEnding(report.key(), report);
    return true;
  }

  /** The end of a job whose message others may have had: tells whether this end counts. */
  void writeFirst(Report report, Consumer<Boolean> counts, Runnable failed) {
    if (planted == Planted.LAST_WORD_COUNTS) {
      counts.accept(true);
      return;
    }
    String key = report.key();
    inTurn(
        key,
        (broker, link) -> {
          if (broker.ends.declareEnding(key) > 0) {
            return broker.ends.readEnding(key).filter(other -> !other.id().equals(report.id()));
          }
          put(broker, report);
          return Optional.<Report>empty();
        },
        other -> {
          if (other.isPresent()) {
            publish(other.get(), () -> counts.accept(false));
          } else {
            counts.accept(true);
          }
        },
        failed);
  }

  void find(String key, Consumer<Ending> then, Runnable failed) {
    wire.call(
        (broker, link) -> broker.ends.hasEnding(key),
        there -> {
          if (there) {
            inTurn(
                key,
                (broker, link) -> broker.ends.endingSize(key),
                size ->
                    then.accept(size == 0 ? Ending.NONE : size == 1 ? Ending.WRITTEN : Ending.TOLD),
                failed);
          } else {
            then.accept(Ending.NONE);
          }
        },
        failed);
  }

  /** Reports what is written down once more. */
  void tell(String key, Runnable then, Runnable failed) {
    inTurn(
        key,
        (broker, link) -> broker.ends.readEnding(key),
        found -> {
          if (found.isPresent()) {
            publish(found.get(), () -> markTold(key, then, failed));
          } else {
            then.run();
          }
        },
        failed);
  }

  /** Whether the job has ended, whoever ran it; then its report is out. */
  void isEnded(String key, Consumer<Boolean> then, Runnable failed) {
    find(
        key,
        ending -> {
          if (ending == Ending.WRITTEN) {
            tell(key, () -> then.accept(true), failed);
          } else {
            then.accept(ending != Ending.NONE);
          }
        },
        failed);
  }

  void markTold(String key, Runnable then, Runnable failed) {
    find(
        key,
        ending -> {
          if (ending == Ending.WRITTEN) {
            inTurn(
                key,
                (broker, link) -> {
                  broker.ends.putTold(key);
                  return true;
                },
                done -> then.run(),
                failed);
          } else {
            then.run();
          }
        },
        failed);
  }

  /** A turn whose work fails is not given back: its queue goes with the connection alone. */
  private <T> void inTurn(
      String key, BiFunction<JobBroker, Link, T> work, Consumer<T> then, Runnable failed) {
    wire.call(
        (broker, link) -> {
          broker.locks.beginTurn(link, key);
          return true;
        },
        begun ->
            wire.call(
                work,
                result ->
                    wire.call(
                        (broker, link) -> {
                          broker.locks.endTurn(key);
                          return true;
                        },
                        ended -> then.accept(result),
                        failed),
                failed),
        failed);
  }
}
