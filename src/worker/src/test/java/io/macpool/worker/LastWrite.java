package io.macpool.worker;

import io.macpool.sim.amqp.FrameGate.Frame;
import io.macpool.sim.amqp.FrameGate.Moment;
import java.util.OptionalInt;

/**
 * The moments between the writes with which a job ends, in their order: the connection is cut
 * before the frame reaches the other side.
 */
enum LastWrite {
  END_DECLARED(false, "50.10", "worker.ending.", ""),
  END_DECLARED_UNSEEN(false, "50.10", "worker.ending.", "50.11"),
  END_WRITTEN(false, "60.40", "worker.ending.", ""),
  END_WRITTEN_UNSEEN(true, "60.40", "worker.ending.", "60.80"),
  REPORTED(true, "60.40", "reporting.jobs.builds", ""),
  REPORTED_UNSEEN(true, "60.40", "reporting.jobs.builds", "60.80"),
  ACKED(true, "60.80", "", ""),
  ACKED_UNSEEN(true, "60.80", "", "20.41");

  private final boolean endIsWritten;
  private final String write;
  private final String text;
  private final String answer;

  /**
   * A moment.
   *
   * @param write the method that the worker sends, with {@code text} in it
   * @param answer the method with which the broker answers on the same channel: cut before that
   *     one; empty: cut before the write itself
   */
  LastWrite(boolean endIsWritten, String write, String text, String answer) {
    this.endIsWritten = endIsWritten;
    this.write = write;
    this.text = text;
    this.answer = answer;
  }

  /** Whether nobody may run the job any more. */
  boolean endIsWritten() {
    return endIsWritten;
  }

  /** When to cut. */
  Moment moment() {
    if (answer.isEmpty()) {
      return this::isWrite;
    }
    return new Moment() {
      private OptionalInt channel = OptionalInt.empty();

      @Override
      public boolean is(Frame frame) {
        if (isWrite(frame)) {
          channel = OptionalInt.of(frame.channel());
        }
        return !frame.fromClient()
            && frame.method().equals(answer)
            && channel.isPresent()
            && frame.channel() == channel.getAsInt();
      }
    };
  }

  private boolean isWrite(Frame frame) {
    return frame.fromClient() && frame.method().equals(write) && frame.text().contains(text);
  }
}
