package io.macpool.bench.worker;

import io.macpool.worker.ssh.GuestKey;
import io.macpool.worker.ssh.GuestSession;
import io.macpool.worker.ssh.GuestSessions;
import io.macpool.worker.ssh.HostKeyPin;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** What no worker can do without: a message in, a login and a command, a message out. */
final class RawSteps implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Surroundings around;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final GuestSessions sessions;
  private final String guest = UUID.randomUUID().toString();
  private final String address;

  RawSteps(Surroundings around) {
    this.around = around;
    this.address = around.guests().boot(guest);
    this.sessions =
        GuestSessions.start(
            GuestKey.load(around.guests().privateKeyFile(), Optional.empty()),
            GuestSessions.USER,
            around.guests().sshPort(),
            Duration.ofSeconds(10),
            threads,
            threads);
  }

  void once() throws Exception {
    around.passMessage(PATIENCE);
    long seconds = PATIENCE.toSeconds();
    try (GuestSession session =
        sessions.connect(address, new HostKeyPin(), PATIENCE).get(seconds, TimeUnit.SECONDS)) {
      session
          .run("true", (bytes, from, count) -> CompletableFuture.completedFuture(null), () -> {})
          .get(seconds, TimeUnit.SECONDS);
    }
    around.passMessage(PATIENCE);
  }

  @Override
  public void close() {
    sessions.close();
    threads.shutdownNow();
    around.guests().kill(guest);
  }
}
