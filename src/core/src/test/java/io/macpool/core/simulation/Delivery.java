package io.macpool.core.simulation;

import io.macpool.core.simulation.JobBroker.Message;
import java.time.Duration;
import java.util.function.Consumer;

/** A message that a worker holds, and what the worker does with it, call by call. */
final class Delivery {

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Claims claims;
  private final Channel channel;
  private final Message message;
  private boolean ended;
  private boolean withdrawn;
  private boolean writtenDown;
  private boolean reported;

  Delivery(Claims claims, Channel channel, Message message) {
    this.claims = claims;
    this.channel = channel;
    this.message = message;
  }

  Message message() {
    return message;
  }

  String key() {
    return message.key();
  }

  boolean comesAgain() {
    return message.comesAgain();
  }

  boolean isLost() {
    return !ended && (withdrawn || !channel.isOpen());
  }

  /** The job broker says that the message went with its queue's node. */
  void withdrawn() {
    withdrawn = true;
    close();
  }

  private void close() {
    channel.send(() -> claims.broker().leave(channel));
    channel.forget();
  }

  /** Writes the end down, again until that succeeds; tells whether it is the one that counts. */
  void endAs(Report report, Consumer<Boolean> counts) {
    Runnable again = () -> claims.wire().later(PAUSE, () -> endAs(report, counts));
    if (comesAgain() || isLost()) {
      claims
          .endings()
          .writeFirst(
              report,
              first -> {
                reported = true;
                counts.accept(first);
              },
              again);
    } else {
      claims
          .endings()
          .write(
              channel,
              report,
              () -> {
                writtenDown = true;
                reported = true;
                counts.accept(true);
              },
              again);
    }
  }

  void ack(Consumer<Boolean> then) {
    if (ended) {
      then.accept(true);
      return;
    }
    ended = true;
    Runnable failed = () -> acked(false, then);
    stopConsuming(
        () -> {
          channel.send(() -> claims.broker().ack(channel));
          if (writtenDown) {
            channel.call(
                () -> claims.broker().hasQueue(channel.queue),
                there -> {
                  channel.send(() -> claims.broker().ends.forgetEnding(key()));
                  closeAfter(() -> acked(true, then), failed);
                },
                failed);
          } else {
            closeAfter(() -> acked(true, then), failed);
          }
        },
        failed);
  }

  /** One that is not acked comes to somebody again: who shall know that all is told. */
  private void acked(boolean took, Consumer<Boolean> then) {
    Runnable over =
        () -> {
          claims.locks().release(key());
          then.accept(took);
        };
    if (!took && reported) {
      claims.endings().markTold(key(), over, over);
    } else {
      over.run();
    }
  }

  /** Whoever has it runs nothing of it: it is marked so, and goes back. */
  void giveBack() {
    if (!ended) {
      ended = true;
      stopConsuming(
          () ->
              channel.call(
                  () -> {
                    claims.broker().ends.mark(key());
                    return true;
                  },
                  marked -> goBack(() -> {}),
                  () -> {}),
          () -> {});
    }
    claims.locks().release(key());
  }

  /** Somebody else runs the job, or has ended it: it goes back, and is not marked. */
  void leave(Runnable then) {
    if (ended) {
      then.run();
    } else {
      ended = true;
      stopConsuming(() -> goBack(then), then);
    }
    claims.locks().release(key());
  }

  private void goBack(Runnable then) {
    Runnable close = () -> closeAfter(then, then);
    Runnable reject =
        () -> {
          channel.send(() -> claims.broker().requeue(channel));
          close.run();
        };
    if (message.returns() == 0) {
      reject.run();
    } else {
      put(close, reject);
    }
  }

  /** Puts a copy at the queue's end and acks the message itself. */
  void renew(Runnable then, Runnable failed) {
    stopConsuming(
        () ->
            put(
                () -> {
                  ended = true;
                  closeAfter(() -> {}, () -> {});
                  then.run();
                },
                failed),
        failed);
  }

  private void put(Runnable then, Runnable failed) {
    Message copy = new Message(message.key(), message.job(), true, 0);
    channel.call(
        () -> {
          if (!claims.broker().put(channel.queue, copy)) {
            throw new Link.Refused("no queue takes it");
          }
          return true;
        },
        done -> {
          channel.send(() -> claims.broker().ack(channel));
          then.run();
        },
        failed);
  }

  private void stopConsuming(Runnable then, Runnable failed) {
    channel.call(
        () -> {
          claims.broker().stopConsuming(channel);
          return true;
        },
        done -> then.run(),
        failed);
  }

  /** A close that is answered shows that all before it was read. */
  private void closeAfter(Runnable then, Runnable failed) {
    channel.call(
        () -> {
          claims.broker().leave(channel);
          return true;
        },
        done -> then.run(),
        failed);
  }
}
