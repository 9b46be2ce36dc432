package io.macpool.guest.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.net.Retries;
import io.macpool.core.fleet.Endpoint;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Whatever a guest says on a command's channel, in whatever order: the command has its end in time,
 * no exit status that the guest did not tell, and no more output than was sent.
 */
class GuestChannelFuzzTest {

  private final Fuzzing fuzzing =
      Fuzzing.of("ssh-channel").upTo(400).within(Duration.ofSeconds(40));

  @Test
  void aCommandEndsAsTheGuestSaysOrWithoutAnEnd() throws Exception {
    try (Commands commands = new Commands()) {
      fuzzing.run(300, commands);
    }
  }

  /** One for which no news is good news. */
  @Test
  void aClientThatTakesSilenceForSuccessIsFound() throws Exception {
    try (Commands commands =
        new Commands() {
          @Override
          OptionalInt end(OptionalInt told) {
            return OptionalInt.of(told.orElse(0));
          }
        }) {
      fuzzing.mustFind(300, commands);
    }
  }

  static class Commands implements FuzzTarget {

    private static final Path KEY =
        Path.of("src/test/resources/io/macpool/guest/ssh/openssh-plain");
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final GuestKey key = GuestKey.load(KEY, Optional.empty());
    private final HostileGuest guest = HostileGuest.start(hostKey());
    private final GuestSessions sessions =
        GuestSessions.start(key, "travis", guest.port(), Duration.ofMinutes(1), threads);
    private Optional<GuestSession> session = Optional.empty();

    Commands() throws IOException {}

    private KeyPair hostKey() {
      return key.pair();
    }

    /** What a caller makes of the status. */
    OptionalInt end(OptionalInt told) {
      return told;
    }

    @Override
    public void play(byte[] program) throws Exception {
      guest.play(program);
      AtomicLong taken = new AtomicLong();
      OptionalInt status;
      try {
        GuestSession open = session();
        status =
            end(
                open.run(
                        "true",
                        (bytes, from, count) -> {
                          taken.addAndGet(count);
                          return CompletableFuture.completedFuture(null);
                        },
                        () -> {})
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .join());
      } catch (CompletionException e) {
        assertThat(Retries.cause(e)).isInstanceOf(GuestException.class);
        assertThat(Retries.cause(e).getMessage()).hasSizeLessThan(2_000);
        return;
      }
      status.ifPresent(told -> assertThat(guest.statuses()).contains(told));
      assertThat(taken).hasValueLessThanOrEqualTo(guest.said());
    }

    private GuestSession session() {
      if (session.filter(GuestSession::isOpen).isEmpty()) {
        session =
            Optional.of(
                sessions
                    .connect(Endpoint.of("127.0.0.1"), new HostKeyPin(), PATIENCE, PATIENCE)
                    .join());
      }
      return session.orElseThrow();
    }

    @Override
    public void close() throws IOException {
      sessions.close();
      guest.close();
      threads.shutdownNow();
    }
  }
}
