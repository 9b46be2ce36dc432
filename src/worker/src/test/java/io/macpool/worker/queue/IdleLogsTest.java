package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.service.setting.Secret;
import io.macpool.worker.job.LogPart;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does while it has nothing to do. */
class IdleLogsTest {

  private static final int A_MINUTE_OF_LOOKS = 120;

  @TempDir private Path directory;

  /** Its time passes when the test says so. */
  private static final class Ticks extends ScheduledThreadPoolExecutor {

    private final List<Runnable> repeated = new ArrayList<>();

    Ticks() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable task, long first, long delay, TimeUnit unit) {
      repeated.add(task);
      return schedule(() -> {}, 1, TimeUnit.DAYS);
    }
  }

  @Test
  void logsHandNothingToThePoolUnlessAPartWaits() {
    Ticks ticks = new Ticks();
    List<Runnable> handed = new ArrayList<>();
    AmqpEndpoint nowhere =
        new AmqpEndpoint(
            new Secret("amqp://127.0.0.1:1"),
            Optional.empty(),
            Optional.empty(),
            "none",
            false,
            Duration.ofSeconds(10));
    try (AmqpConnection connection = new AmqpConnection("idle", nowhere, 1, ticks);
        AmqpLogs logs =
            new AmqpLogs(
                connection,
                false,
                new LogSpool(directory, 1 << 20),
                new AmqpThreads(handed::add, ticks))) {
      handed.clear(); // the channel's opening
      for (int i = 0; i < A_MINUTE_OF_LOOKS; i++) {
        ticks.repeated.forEach(Runnable::run);
      }
      assertThat(handed).isEmpty();

      assertThat(logs.publish(new LogPart(1, "uuid", 0, "kept", false, Map.of()))).isCompleted();
      ticks.repeated.forEach(Runnable::run);
      assertThat(handed).hasSize(1);
    } finally {
      ticks.shutdownNow();
    }
  }
}
