package io.macpool.brain.lifecycle.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class BackgroundTest {

  private static final long PATIENCE = 30; // seconds

  /** What a thread saw that was busy when the executor was closed. */
  private static final class Writer {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

    void write() {
      begun.countDown();
      try {
        interrupted.complete(!go.await(PATIENCE, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        interrupted.complete(true);
      }
    }
  }

  private static Writer writing(ExecutorService threads) throws InterruptedException {
    Writer writer = new Writer();
    threads.execute(writer::write);
    assertThat(writer.begun.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
    return writer;
  }

  @Test
  void whatWritesIsNotInterrupted() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    Writer writer = writing(threads);
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(() -> Background.close(threads, Duration.ofSeconds(PATIENCE)));
    Awaitility.await("no more is begun")
        .atMost(Duration.ofSeconds(PATIENCE))
        .until(threads::isShutdown);
    writer.go.countDown();
    closed.get(PATIENCE, TimeUnit.SECONDS);
    assertThat(writer.interrupted.get(PATIENCE, TimeUnit.SECONDS)).isFalse();
    assertThat(threads.isTerminated()).isTrue();
  }

  @Test
  void whatDoesNotEndIsInterrupted() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    Writer writer = writing(threads);
    Background.close(threads, Duration.ofMillis(1));
    assertThat(writer.interrupted.get(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }
}
