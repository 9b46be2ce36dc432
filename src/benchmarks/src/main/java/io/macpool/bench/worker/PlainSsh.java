package io.macpool.bench.worker;

import io.macpool.core.fleet.Endpoint;
import io.macpool.guest.ssh.GuestKey;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.guest.ssh.GuestSessions;
import io.macpool.guest.ssh.HostKeyPin;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Sessions in guests without a worker, in this process. */
final class PlainSsh implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final WorkerPeers around;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final GuestSessions sessions;

  PlainSsh(WorkerPeers around) {
    this.around = around;
    this.sessions =
        GuestSessions.start(
            GuestKey.load(around.guests().privateKeyFile(), Optional.empty()),
            GuestSessions.USER,
            around.guests().sshPort(),
            PATIENCE,
            threads);
  }

  /** Boots a guest; returns its address. */
  String boot() {
    return around.guests().boot(UUID.randomUUID().toString());
  }

  /** Logs in to the guest at an address. */
  CompletableFuture<GuestSession> connect(String address) {
    return sessions.connect(Endpoint.of(address), new HostKeyPin(), PATIENCE, PATIENCE);
  }

  @Override
  public void close() {
    sessions.close();
    threads.shutdownNow();
  }
}
