package io.macpool.worker.job.processor;

import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one job at a time until it is told to stop. It has no thread of its own: it is the order in
 * which waits, jobs and stops follow each other.
 */
final class Processor {

  /** What the remote-control API shows. */
  enum Status {
    NEW,
    WAITING,
    PROCESSING,
    DONE
  }

  private static final Logger log = LoggerFactory.getLogger(Processor.class);

  private final String id;
  private final JobQueue queue;
  private final BiFunction<Delivery, String, Optional<Intake.Begun>> intake;
  private final SlotGate gate;
  private final Executor threads;
  private final Runnable onJobOver;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private Status status = Status.NEW;
  private long processed;
  private long lastJobId;
  private boolean stopping;
  private boolean paused;
  private JobQueue.@Nullable Take take;
  private SlotGate.@Nullable Hold hold;

  Processor(
      String id,
      JobQueue queue,
      BiFunction<Delivery, String, Optional<Intake.Begun>> intake,
      SlotGate gate,
      Executor threads,
      Runnable onJobOver) {
    this.id = id;
    this.queue = queue;
    this.intake = intake;
    this.gate = gate;
    this.threads = threads;
    this.onJobOver = onJobOver;
  }

  /** Completes when it will take no more. */
  CompletableFuture<Void> done() {
    return done;
  }

  synchronized Snapshot snapshot() {
    return new Snapshot(id, processed, status, lastJobId, stopping);
  }

  /** What is seen of a processor. */
  record Snapshot(String id, long processed, Status status, long lastJobId, boolean isStopping) {}

  /** Begins, or goes on after a pause. */
  void start() {
    threads.execute(this::next);
  }

  /** Takes no further job; the one it has it finishes. */
  synchronized void stop() {
    stopping = true;
    cancelWaiting();
    if (status != Status.PROCESSING) {
      finish();
    }
  }

  /** Takes no further job until it is resumed. */
  synchronized void pause() {
    paused = true;
    cancelWaiting();
  }

  void resume() {
    synchronized (this) {
      paused = false;
    }
    start();
  }

  private void cancelWaiting() {
    if (take != null) {
      take.cancel();
    }
    if (hold != null && status != Status.PROCESSING) {
      hold.release();
      hold = null;
    }
  }

  private synchronized void next() {
    if (done.isDone() || status == Status.PROCESSING || take != null || hold != null) {
      return;
    }
    if (stopping) {
      finish();
      return;
    }
    status = idleStatus();
    if (paused) {
      return;
    }
    hold = gate.ask(this::withdrawn);
    SlotGate.Hold asked = hold;
    CompletableFuture<Void> unused = asked.granted().thenRunAsync(() -> takeWith(asked), threads);
  }

  /** The slot went to somebody else while this one waited for a job. */
  private synchronized void withdrawn() {
    if (status != Status.PROCESSING) {
      cancelWaiting();
      start();
    }
  }

  private void takeWith(SlotGate.Hold granted) {
    JobQueue.Take waiting;
    synchronized (this) {
      if (hold != granted || stopping || paused || take != null) {
        return;
      }
      waiting = queue.take();
      take = waiting;
    }
    CompletableFuture<Void> unused =
        waiting.delivery().thenAcceptAsync(delivery -> arrived(waiting, delivery), threads);
  }

  private void arrived(JobQueue.Take from, Optional<Delivery> delivery) {
    Optional<Intake.Begun> begun;
    synchronized (this) {
      if (take == from) {
        take = null;
      }
      SlotGate.Hold slot = hold;
      // Its slot may have gone to somebody else in the moment in which the job came.
      if (delivery.isPresent() && (stopping || paused || slot == null)) {
        delivery.get().giveBack();
        idle();
        return;
      }
      begun = delivery.flatMap(this::begin);
      if (begun.isEmpty() || slot == null) {
        idle();
        return;
      }
      status = Status.PROCESSING;
      slot.use();
      lastJobId = begun.get().jobId();
    }
    CompletableFuture<Void> unused =
        begun.get().ended().thenAcceptAsync(verdict -> over(), threads);
  }

  private Optional<Intake.Begun> begin(Delivery delivery) {
    try {
      return intake.apply(delivery, id);
    } catch (RuntimeException e) {
      log.error("processor {} could not begin a job: it goes to the dead letters", id, e);
      delivery.reject();
      return Optional.empty();
    }
  }

  private void idle() {
    if (take == null && hold != null) {
      hold.release();
      hold = null;
    }
    start();
  }

  private void over() {
    synchronized (this) {
      processed++;
      status = idleStatus();
      if (hold != null) {
        hold.release();
        hold = null;
      }
    }
    onJobOver.run();
    next();
  }

  /** As the Go worker says it: one that never had a job is new. */
  private Status idleStatus() {
    return processed == 0 ? Status.NEW : Status.WAITING;
  }

  private void finish() {
    status = Status.DONE;
    done.complete(null);
  }
}
