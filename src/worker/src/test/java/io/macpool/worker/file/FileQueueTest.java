package io.macpool.worker.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.LogPart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileQueueTest {

  @TempDir Path base;

  @Test
  void anIntervalOfNothingIsNoBusyLoop() {
    assertThat(FileQueue.pause(Duration.ZERO)).isEqualTo(Duration.ofMillis(100));
    assertThat(FileQueue.pause(Duration.ofMillis(1))).isEqualTo(Duration.ofMillis(100));
    assertThat(FileQueue.pause(Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void whoWaitsIsNotForgottenWhenAFileCannotBeTaken() throws Exception {
    try (FileQueue queue = new FileQueue(base, Duration.ofMillis(10))) {
      Path received = base.resolve("30-received.d");
      Files.delete(received);
      Files.writeString(base.resolve("10-created.d/a.json"), "{}");
      queue.begin();
      CompletableFuture<Optional<Delivery>> delivery = queue.take().delivery();
      // On the same thread as the look before.
      queue.publish(new LogPart(1, "uuid", 0, "", false, Map.of())).get(10, TimeUnit.SECONDS);
      assertThat(delivery).isNotDone();
      Files.createDirectory(received);
      assertThat(delivery.get(10, TimeUnit.SECONDS)).isPresent();
    }
  }
}
