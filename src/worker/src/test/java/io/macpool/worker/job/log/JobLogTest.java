package io.macpool.worker.job.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.worker.job.LogPart;
import io.macpool.worker.job.LogSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobLogTest {

  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final List<LogPart> parts = new CopyOnWriteArrayList<>();
  private final List<CompletableFuture<Void>> confirms = new ArrayList<>();
  private final AtomicInteger limits = new AtomicInteger();

  @AfterEach
  void end() {
    scheduler.shutdownNow();
  }

  @Test
  void numbersPartsFromZeroAndEndsWithAnEmptyFinalOne() {
    JobLog log = log(1_000_000);
    log.write("a".repeat(4000));
    assertThat(log.close(Optional.of("last"))).isNotDone();
    confirmAll();
    assertThat(parts.stream().map(LogPart::number)).containsExactly(0, 1, 2, 3);
    assertThat(text()).isEqualTo("a".repeat(4000) + "last");
    assertThat(parts.get(3).isFinal()).isTrue();
    assertThat(parts.subList(0, 3)).noneMatch(LogPart::isFinal);
    assertThat(parts).allMatch(part -> part.content().length() <= 1653);
  }

  @Test
  void whatIsShortIsFlushedAfterAMoment() {
    JobLog log = log(1000);
    log.write("short");
    assertThat(parts).isEmpty();
    await().untilAsserted(() -> assertThat(text()).isEqualTo("short"));
  }

  @Test
  void theFirstPartAfterTheStartCarriesItsFacts() {
    JobLog log = log(1_000_000);
    log.write("a".repeat(2000));
    log.announce(Map.of("repo", "example/app"));
    log.write("b".repeat(4000));
    assertThat(parts.stream().map(part -> !part.meta().isEmpty())).startsWith(false, true, false);
  }

  @Test
  void holdsOutputBackUntilItIsSafeSoThatMemoryIsBounded() {
    JobLog log = log(100_000_000);
    byte[] chunk = "x".repeat(16_384).getBytes(UTF_8);
    int taken = 0;
    while (log.output(chunk, 0, chunk.length).isDone()) {
      taken += chunk.length;
      assertThat(taken).isLessThanOrEqualTo(2 * JobLog.UNSAFE_BYTES);
    }
    CompletableFuture<Void> room = log.output(chunk, 0, 0);
    assertThat(room).isNotDone();
    confirmAll();
    assertThat(room).isDone();
  }

  @Test
  void stopsAtItsLimitOnceAndStillTakesTheLastLine() {
    JobLog log = log(10);
    log.write("12345678");
    log.write("90abc");
    log.write("def");
    assertThat(limits).hasValue(1);
    CompletableFuture<Void> unused = log.close(Optional.of("|too long"));
    assertThat(text()).isEqualTo("1234567890|too long");
  }

  @Test
  void anAbandonedLogSaysNothingMore() {
    JobLog log = log(1000);
    log.write("never");
    log.abandon();
    log.write("nor this");
    assertThat(log.close(Optional.of("nor that"))).isDone();
    assertThat(parts).isEmpty();
  }

  @Test
  void isClosedOnce() {
    JobLog log = log(1000);
    CompletableFuture<Void> unused = log.close(Optional.empty());
    assertThat(log.close(Optional.of("again"))).isDone();
    assertThat(parts).hasSize(1);
  }

  private JobLog log(int limit) {
    LogSink sink =
        part -> {
          parts.add(part);
          CompletableFuture<Void> confirm = new CompletableFuture<>();
          confirms.add(confirm);
          return confirm;
        };
    return new JobLog(7, "u", sink, scheduler, limit, limits::incrementAndGet);
  }

  private void confirmAll() {
    List.copyOf(confirms).forEach(confirm -> confirm.complete(null));
  }

  private String text() {
    return parts.stream().map(LogPart::content).collect(Collectors.joining());
  }
}
