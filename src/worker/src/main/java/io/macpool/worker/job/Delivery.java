package io.macpool.worker.job;

import java.util.concurrent.CompletableFuture;

/** A job's message as the queue handed it to us. Exactly one of its ends is called. */
public interface Delivery {

  /** The message itself. */
  byte[] body();

  /** Tells this message from every other, whoever gets it, however often. */
  String key();

  /** Whether the queue has handed it out before, to us or to somebody else. */
  boolean isRedelivered();

  /** Whether the queue has it back, so that another may have it by now. */
  boolean isLost();

  /**
   * The job is about to be reported so: makes sure that nobody runs it again. Completes with
   * whether this report counts; if not, somebody else ended the job before, and that is reported.
   * Fails only if the worker ends.
   */
  default CompletableFuture<Boolean> endAs(StateReport report) {
    return CompletableFuture.completedFuture(true);
  }

  /**
   * Whether somebody else has ended the job; then it is reported. False too when it can't be told.
   */
  default CompletableFuture<Boolean> isEndedElsewhere() {
    return CompletableFuture.completedFuture(false);
  }

  /** The job is reported. Completes with whether the queue took note; never fails. */
  CompletableFuture<Boolean> ack();

  /** Nobody can do anything with it: to the dead letters, if there are any. */
  void reject();

  /**
   * Somebody else runs the job, or has ended it: whoever gets the message next looks. Completes
   * with whether the queue took note; never fails.
   */
  default CompletableFuture<Boolean> leave() {
    giveBack();
    return CompletableFuture.completedFuture(true);
  }

  /** Somebody else should have it; also what closing does to a delivery with no other end. */
  void giveBack();
}
