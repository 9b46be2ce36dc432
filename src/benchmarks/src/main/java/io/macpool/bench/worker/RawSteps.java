package io.macpool.bench.worker;

import io.macpool.guest.ssh.GuestSession;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What no worker can do without: a message in, a login and a command, a message out. */
final class RawSteps implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final WorkerPeers around;
  private final PlainSsh ssh;
  private final String guest;

  RawSteps(WorkerPeers around) {
    this.around = around;
    this.ssh = new PlainSsh(around);
    this.guest = ssh.boot();
  }

  void once() throws Exception {
    around.passMessage(PATIENCE);
    long seconds = PATIENCE.toSeconds();
    try (GuestSession session = ssh.connect(guest).get(seconds, TimeUnit.SECONDS)) {
      session
          .run("true", (bytes, from, count) -> CompletableFuture.completedFuture(null), () -> {})
          .get(seconds, TimeUnit.SECONDS);
    }
    around.passMessage(PATIENCE);
  }

  @Override
  public void close() {
    ssh.close();
  }
}
