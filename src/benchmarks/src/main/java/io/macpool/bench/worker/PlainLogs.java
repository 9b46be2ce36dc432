package io.macpool.bench.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.macpool.sim.amqp.ResultCollector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Logs by the shortest way there is: read over SSH, cut, published; neither checked nor numbered
 * nor held back. What the machine can do at all, guests and broker in it.
 */
final class PlainLogs implements AutoCloseable {

  private static final int PARTS_AT_ONCE = 1_000;

  private final WorkerPeers around;
  private final PlainSsh ssh;
  private final List<String> parts = new ArrayList<>();
  private long bytes;

  PlainLogs(WorkerPeers around) {
    this.around = around;
    this.ssh = new PlainSsh(around);
  }

  /** Passes what the programs of so many guests print; returns how many bytes that was. */
  long pass(int guests, Duration patience) throws Exception {
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (int i = 0; i < guests; i++) {
      ends.add(
          ssh.connect(ssh.boot())
              .thenCompose(
                  session ->
                      session
                          .run("print", this::take, () -> {})
                          .whenComplete((status, failure) -> session.close())));
    }
    CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
        .get(patience.toSeconds(), TimeUnit.SECONDS);
    synchronized (this) {
      publish();
      return bytes;
    }
  }

  private synchronized CompletableFuture<Void> take(byte[] from, int offset, int count) {
    bytes += count;
    for (int at = 0; at < count; at += LogsBenchmark.PART) {
      int length = Math.min(LogsBenchmark.PART, count - at);
      parts.add(LogsBenchmark.part(new String(from, offset + at, length, US_ASCII)));
    }
    if (parts.size() >= PARTS_AT_ONCE) {
      publish();
    }
    return CompletableFuture.completedFuture(null);
  }

  private void publish() {
    around.publisher().publish(ResultCollector.LOGS, parts);
    parts.clear();
  }

  @Override
  public void close() {
    ssh.close();
  }
}
