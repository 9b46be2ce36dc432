package io.macpool.worker.job.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ProcessorTest {

  /** Everything happens in the order in which it was asked for, when the test says so. */
  private final Queue<Runnable> threads = new ArrayDeque<>();

  private final List<Runnable> withdrawals = new ArrayList<>();
  private final Jobs jobs = new Jobs();
  private final Processor processor =
      new Processor("one", jobs, new Intake(null, null)::begin, this::slot, threads::add, () -> {});

  /**
   * The slot goes to somebody else when the job is already on its way here: it is given back, and
   * the processor waits for the next slot and the next job.
   */
  @Test
  void aJobThatComesAsItsSlotGoesIsGivenBack() {
    processor.start();
    runAll();
    Job job = new Job();
    jobs.takes.get(0).complete(Optional.of(job));
    withdrawals.get(0).run();
    runAll();
    assertThat(job.givenBack).isEqualTo(1);
    assertThat(processor.snapshot().status()).isEqualTo(Processor.Status.NEW);
    assertThat(withdrawals).as("asks for a slot").hasSize(2);
    assertThat(jobs.takes).as("waits for a job").hasSize(2);
  }

  private void runAll() {
    for (Runnable next = threads.poll(); next != null; next = threads.poll()) {
      next.run();
    }
  }

  private SlotGate.Hold slot(Runnable withdrawn) {
    withdrawals.add(withdrawn);
    return new SlotGate.Hold() {
      @Override
      public CompletableFuture<Void> granted() {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public void use() {
        throw new AssertionError("no job is run here");
      }

      @Override
      public void release() {
        // nobody else wants it
      }
    };
  }

  private static final class Jobs implements JobQueue {

    private final List<CompletableFuture<Optional<Delivery>>> takes = new ArrayList<>();

    @Override
    public Take take() {
      CompletableFuture<Optional<Delivery>> delivery = new CompletableFuture<>();
      takes.add(delivery);
      return new Take() {
        @Override
        public CompletableFuture<Optional<Delivery>> delivery() {
          return delivery;
        }

        @Override
        public void cancel() {
          delivery.complete(Optional.empty());
        }
      };
    }

    @Override
    public Optional<String> outage() {
      return Optional.empty();
    }

    @Override
    public void attend(Runs runs) {
      // nothing comes twice
    }
  }

  private static final class Job implements Delivery {

    private int givenBack;

    @Override
    public byte[] body() {
      return "{}".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isRedelivered() {
      return false;
    }

    @Override
    public String key() {
      return "key";
    }

    @Override
    public boolean isLost() {
      return false;
    }

    @Override
    public CompletableFuture<Boolean> ack() {
      throw new AssertionError("it is not run");
    }

    @Override
    public void reject() {
      throw new AssertionError("it is a job");
    }

    @Override
    public void giveBack() {
      givenBack++;
    }
  }
}
