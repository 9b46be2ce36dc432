package io.macpool.worker.job.processor;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.core.job.Verdict;
import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A job comes while the room for it is withdrawn, while the processor pauses and goes on, and while
 * it is stopped. It is run or given back, once; and the processor comes to its end.
 */
@Subject(value = Processor.class, planted = Fault.NO_MONITOR)
final class ProcessorInterleavings implements Harness {

  private final Spawner threads = new Spawner();
  private final Queue queue = new Queue();
  private final Gate gate = new Gate();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger over = new AtomicInteger();
  private final AtomicInteger returned = new AtomicInteger();

  @Override
  public void run() throws Exception {
    Processor processor =
        new Processor("one", queue, this::begin, gate, threads, over::incrementAndGet);
    processor.start();
    together(
        queue::deliver,
        gate::withdraw,
        () -> {
          processor.pause();
          processor.resume();
        });
    threads.awaitAll();
    processor.stop();
    threads.awaitAll();
    check(processor.done().isDone(), "the processor never ends: " + processor.snapshot());
    check(begun.get() + returned.get() == queue.delivered, "a job was lost, or was two");
    check(over.get() == begun.get(), "a job began and was never over");
    check(gate.held.get() == 0, "a room is held for ever");
  }

  private Optional<Intake.Begun> begin(Delivery delivery, String by) {
    begun.incrementAndGet();
    return Optional.of(
        new Intake.Begun(
            1, CompletableFuture.supplyAsync(() -> null, threads).thenApply(Verdict.class::cast)));
  }

  /** Has one job, which comes to whoever waits first. */
  private final class Queue implements JobQueue {

    private CompletableFuture<Optional<Delivery>> waiting;
    private boolean due;
    private int delivered;

    synchronized void deliver() {
      due = true;
      hand();
    }

    private void hand() {
      if (due && waiting != null && waiting.complete(Optional.of(new Job()))) {
        due = false;
        delivered++;
      }
    }

    @Override
    public synchronized Take take() {
      CompletableFuture<Optional<Delivery>> result = new CompletableFuture<>();
      waiting = result;
      hand();
      return new Take() {
        @Override
        public CompletableFuture<Optional<Delivery>> delivery() {
          return result;
        }

        @Override
        public void cancel() {
          result.complete(Optional.empty());
        }
      };
    }

    @Override
    public Optional<String> outage() {
      return Optional.empty();
    }

    @Override
    public void attend(Runs runs) {
      // nothing is handed out again
    }
  }

  /** Grants at once, and may want it back. */
  private static final class Gate implements SlotGate {

    private final AtomicInteger held = new AtomicInteger();
    private volatile Room last;

    void withdraw() {
      Room room = last;
      if (room != null && !room.isUsed) {
        room.withdrawn.run();
      }
    }

    @Override
    public Hold ask(Runnable withdrawn) {
      held.incrementAndGet();
      last = new Room(withdrawn);
      return last;
    }

    private final class Room implements Hold {

      private final Runnable withdrawn;
      private volatile boolean isUsed;
      private boolean isReleased;

      Room(Runnable withdrawn) {
        this.withdrawn = withdrawn;
      }

      @Override
      public CompletableFuture<Void> granted() {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public void use() {
        isUsed = true;
      }

      @Override
      public synchronized void release() {
        if (!isReleased) {
          isReleased = true;
          held.decrementAndGet();
        }
      }
    }
  }

  private final class Job implements Delivery {

    @Override
    public byte[] body() {
      return new byte[0];
    }

    @Override
    public String key() {
      return "job";
    }

    @Override
    public boolean isRedelivered() {
      return false;
    }

    @Override
    public boolean isLost() {
      return false;
    }

    @Override
    public CompletableFuture<Boolean> ack() {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public void reject() {
      returned.incrementAndGet();
    }

    @Override
    public void giveBack() {
      returned.incrementAndGet();
    }
  }
}
