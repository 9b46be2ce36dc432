package io.macpool.guest.ssh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.broker.net.Retries;
import io.macpool.core.fleet.Endpoint;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Whatever answers at a guest's port, be it no SSH at all: nobody is logged in to it, and who tries
 * is told why in time, in words that a log can hold.
 */
class GuestHandshakeFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("ssh-handshake").within(Duration.ofSeconds(30));

  @Test
  void nobodyIsLoggedInToWhatIsNoGuest() throws Exception {
    try (Logins logins = new Logins()) {
      fuzzing.run(400, logins);
    }
  }

  /** One that repeats whatever it was told. */
  @Test
  void aReasonWithoutBoundIsFound() throws Exception {
    try (Logins logins =
        new Logins() {
          @Override
          String told(GuestException failure, byte[] said) {
            return failure.getMessage() + " " + new String(said, ISO_8859_1);
          }
        }) {
      fuzzing.mustFind(400, logins);
    }
  }

  static class Logins implements FuzzTarget {

    private static final Path KEY =
        Path.of("src/test/resources/io/macpool/guest/ssh/openssh-plain");
    private static final Duration LIMIT = Duration.ofMillis(800);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final GuestSessions sessions =
        GuestSessions.start(
            GuestKey.load(KEY, Optional.empty()),
            "travis",
            server.getLocalPort(),
            Duration.ofMinutes(1),
            threads);
    private volatile byte[] said = new byte[0];
    private volatile boolean hangsUp;

    Logins() throws IOException {
      threads.execute(this::serve);
    }

    private void serve() {
      while (!server.isClosed()) {
        try (Socket socket = server.accept()) {
          socket.setSoTimeout(5_000);
          socket.getOutputStream().write(said);
          if (hangsUp) {
            socket.shutdownOutput();
          }
          while (socket.getInputStream().read() >= 0) {
            // until the client has enough
          }
        } catch (IOException e) {
          // the client had enough
        }
      }
    }

    /** What the log says of it. */
    String told(GuestException failure, byte[] answer) {
      return String.valueOf(failure.getMessage());
    }

    @Override
    public void play(byte[] answer) {
      said = answer.clone();
      // Silence costs the whole limit: now and then is enough.
      hangsUp = answer.length % 64 != 1;
      HostKeyPin pin = new HostKeyPin();
      CompletableFuture<GuestSession> login =
          sessions
              .connect(Endpoint.of("127.0.0.1"), pin, LIMIT, LIMIT)
              .orTimeout(10, TimeUnit.SECONDS);
      assertThatThrownBy(login::join)
          .satisfies(
              thrown -> {
                assertThat(Retries.cause(thrown)).isInstanceOf(GuestException.class);
                GuestException failure = (GuestException) Retries.cause(thrown);
                assertThat(told(failure, answer)).hasSizeLessThan(2_000);
                assertThat(told(failure, answer)).matches("[^\\p{Cntrl}]*");
                assertThat(failure.reason()).isNotEqualTo(GuestException.Reason.HOST_KEY_CHANGED);
              });
    }

    @Override
    public void close() throws IOException {
      server.close();
      sessions.close();
      threads.shutdownNow();
    }
  }
}
