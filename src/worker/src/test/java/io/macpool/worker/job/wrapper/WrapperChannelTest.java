package io.macpool.worker.job.wrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.core.job.JobEvent;
import io.macpool.worker.job.wrapper.WrapperChannel.Purpose;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WrapperChannelTest {

  private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
  private final List<JobEvent> told = new CopyOnWriteArrayList<>();
  private final WrapperChannel channel =
      new WrapperChannel(
          Purpose.start(new byte[0], Optional.empty()),
          0,
          (bytes, from, count) -> CompletableFuture.completedFuture(null),
          shortage -> {},
          told::add);

  @BeforeEach
  void removeWhatIsCancelled() {
    scheduler.setRemoveOnCancelPolicy(true);
  }

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void nothingWaitsForAStartThatCame() {
    channel.giveUpAfter(Duration.ofMinutes(5), scheduler);
    assertThat(scheduler.getQueue()).hasSize(1);
    channel.stored();
    assertThat(scheduler.getQueue()).as("it would hold a finished job in memory").isEmpty();
    channel.giveUpAfter(Duration.ofMinutes(5), scheduler);
    assertThat(scheduler.getQueue()).isEmpty();
  }

  @Test
  void nothingWaitsForAStartThatFailed() {
    channel.giveUpAfter(Duration.ofMinutes(5), scheduler);
    channel.failed("no room");
    assertThat(scheduler.getQueue()).isEmpty();
  }

  @Test
  void aStartThatNeverComesIsGivenUp() {
    channel.giveUpAfter(Duration.ofMillis(1), scheduler);
    await().atMost(Duration.ofSeconds(10)).until(() -> !told.isEmpty());
    assertThat(told)
        .singleElement()
        .asInstanceOf(
            org.assertj.core.api.InstanceOfAssertFactories.type(JobEvent.UploadFailed.class))
        .extracting(JobEvent.UploadFailed::reason)
        .asString()
        .contains("no sign of it within 1ms");
  }
}
