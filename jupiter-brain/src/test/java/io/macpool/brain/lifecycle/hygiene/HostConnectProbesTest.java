package io.macpool.brain.lifecycle.hygiene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.core.fleet.Host;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** New connections to a host whose kernel takes them, refuses them, or no longer answers. */
class HostConnectProbesTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-30T00:00:00Z"));
  private final HostConnectProbes dials = new HostConnectProbes(vertx, LIMIT, now::get);
  private final List<Socket> waiting = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    dials.close();
    for (Socket socket : waiting) {
      socket.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private void move() {
    now.getAndUpdate(before -> before.plus(HostConnectProbes.EVERY));
  }

  /** The kernel refuses then, so the host answers. */
  private static void shut(ServerSocket door) throws IOException {
    door.close();
  }

  private Optional<Integer> silent() {
    return dials.silent("mac").toOptional();
  }

  private void look(ServerSocket door) {
    dials.look(
        Map.of(
            "mac",
            new Host.Door(InetAddress.getLoopbackAddress().getHostAddress(), door.getLocalPort())));
  }

  private void lookUntil(ServerSocket door, int silent) {
    await("silent " + silent + " times")
        .atMost(PATIENCE)
        .until(
            () -> {
              if (silent().equals(Optional.of(silent))) {
                return true;
              }
              move();
              look(door);
              return false;
            });
  }

  /**
   * Whoever is not taken from its queue fills it; the kernel then leaves further ones unanswered.
   */
  private void stopTheClock(ServerSocket door) {
    await("its queue is full")
        .atMost(PATIENCE)
        .until(
            () -> {
              Socket socket = new Socket();
              waiting.add(socket);
              try {
                socket.connect(
                    new InetSocketAddress(door.getInetAddress(), door.getLocalPort()), 500);
                return false;
              } catch (IOException full) {
                return true;
              }
            });
  }

  @Test
  void silenceIsCountedOnceTheHostHasAnsweredAndAnAnswerEndsIt() throws Exception {
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(silent()).isEmpty();
      look(door);
      await().atMost(PATIENCE).until(() -> silent().equals(Optional.of(0)));
      look(door);
      assertThat(silent()).as("not due yet").contains(0);
      stopTheClock(door);
      lookUntil(door, 3);
      shut(door);
      lookUntil(door, 0);
    }
  }

  @Test
  void aHostThatWasNeverReachedIsNotJudged() throws Exception {
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      stopTheClock(door);
      for (int i = 0; i < 2; i++) {
        move();
        look(door);
      }
      dials.look(Map.of("elsewhere", new Host.Door("no-such-name.invalid", 22)));
      assertThat(silent()).isEmpty();
      assertThat(dials.silent("elsewhere").isKnown()).isFalse();
    }
  }
}
