package io.macpool.worker.job.processor;

import io.macpool.worker.job.JobQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As many processors as were asked for. It grows at once; those that shrinking takes out finish
 * their job first, idle ones going before busy ones.
 */
public final class ProcessorPool {

  /** One processor, as the remote-control API shows it. */
  public record Member(String id, long processed, String status, long lastJobId) {}

  /**
   * The pool at one moment.
   *
   * @param alive all processors, those that finish their last job included
   * @param expected those that take further jobs: none while the pool pauses
   */
  public record View(
      int alive, int expected, long totalProcessed, boolean draining, List<Member> members) {}

  private static final Logger log = LoggerFactory.getLogger(ProcessorPool.class);

  private final String name;
  private final JobQueue queue;
  private final Intake intake;
  private final SlotGate gate;
  private final Executor threads;
  private final List<Processor> processors = new ArrayList<>();
  private final AtomicLong totalProcessed = new AtomicLong();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private boolean draining;
  private boolean paused;

  /** Makes an empty pool; {@code name} stands behind the @ of its processors' ids. */
  public ProcessorPool(
      String name, JobQueue queue, Intake intake, SlotGate gate, Executor threads) {
    this.name = name;
    this.queue = queue;
    this.intake = intake;
    this.gate = gate;
    this.threads = threads;
  }

  /** Makes the number of processors that go on {@code size}; a draining pool stays what it is. */
  public synchronized void resize(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("a pool can't have %d processors".formatted(size));
    }
    if (draining) {
      log.info("the pool drains: it does not become {}", size);
      return;
    }
    int expected = going();
    for (int i = expected; i < size; i++) {
      add();
    }
    if (size < expected) {
      remove(expected - size);
    }
    if (size != expected) {
      log.info("pool size {} -> {}", expected, size);
    }
  }

  /** One more, or with -1 one fewer. */
  public synchronized void resizeBy(int change) {
    resize(Math.max(0, going() + change));
  }

  /** Every processor finishes its job and goes; the pool takes nothing any more. */
  public synchronized void drain() {
    if (!draining) {
      log.info("the pool drains: {} processors finish their jobs", processors.size());
    }
    draining = true;
    List.copyOf(processors).forEach(Processor::stop);
    checkDrained();
  }

  /** Completes when a drain is over. */
  public CompletableFuture<Void> drained() {
    return drained;
  }

  /** Finish running jobs, keep the processors, take nothing; or go on. */
  public synchronized void togglePause() {
    paused = !paused;
    log.info(paused ? "the pool pauses" : "the pool goes on");
    for (Processor processor : List.copyOf(processors)) {
      if (paused) {
        processor.pause();
      } else {
        processor.resume();
      }
    }
  }

  public synchronized View view() {
    List<Member> members = new ArrayList<>();
    for (Processor processor : processors) {
      Processor.Snapshot seen = processor.snapshot();
      members.add(
          new Member(
              seen.id(),
              seen.processed(),
              seen.status().name().toLowerCase(Locale.ROOT),
              seen.lastJobId()));
    }
    int expected = paused ? 0 : going();
    return new View(
        processors.size(), expected, totalProcessed.get(), draining, List.copyOf(members));
  }

  /** Processors that go on after their job, a pause apart. */
  private int going() {
    return (int) processors.stream().filter(p -> !p.snapshot().isStopping()).count();
  }

  private void add() {
    Processor processor =
        new Processor(
            UUID.randomUUID() + "@" + name,
            queue,
            intake::begin,
            gate,
            threads,
            totalProcessed::incrementAndGet);
    processors.add(processor);
    if (paused) {
      processor.pause();
    }
    CompletableFuture<Void> unused = processor.done().thenRunAsync(() -> gone(processor), threads);
    processor.start();
  }

  private void remove(int count) {
    List<Processor> going = new ArrayList<>(processors);
    going.removeIf(processor -> processor.snapshot().isStopping());
    // Idle ones first; among equals the youngest.
    Collections.reverse(going);
    going.sort(
        Comparator.comparing(
            processor -> processor.snapshot().status() == Processor.Status.PROCESSING));
    going.subList(0, count).forEach(Processor::stop);
  }

  private synchronized void gone(Processor processor) {
    processors.remove(processor);
    checkDrained();
  }

  private void checkDrained() {
    if (draining && processors.isEmpty()) {
      drained.complete(null);
    }
  }
}
