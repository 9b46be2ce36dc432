package io.macpool.guest.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.macpool.broker.net.Retries;
import io.macpool.core.fleet.Endpoint;
import io.macpool.sim.net.TcpGate;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What we need of an SSH server, of our simulated guests and of a real sshd alike. */
@Execution(ExecutionMode.CONCURRENT)
class GuestSessionContractIT {

  /** Who answers. */
  enum Server {
    GUEST,
    SSHD
  }

  private record Place(String user, String host, int port, Path key) {}

  private static final Path OTHER_KEY =
      Path.of("src/test/resources/io/macpool/guest/ssh/openssh-plain");
  private static final Duration DIAL = Duration.ofSeconds(5);

  @TempDir Path directory;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private GuestFleet fleet;
  private TcpGate gate;
  private GuestSessions sessions;
  private GuestSession session;

  @AfterEach
  void end() {
    if (session != null) {
      session.close();
    }
    if (sessions != null) {
      sessions.close();
    }
    if (gate != null) {
      gate.close();
    }
    if (fleet != null) {
      fleet.close();
    }
    threads.shutdownNow();
  }

  /** Nothing of SSH's merges or loses what a command says on its two outputs. */
  @ParameterizedTest
  @EnumSource(Server.class)
  void talksToACommand(Server server) {
    connect(server);
    Output out = new Output();
    Output err = new Output();
    GuestCommand command = session.open("exec /bin/sh", out::take, err::take).join();
    CompletableFuture<Void> unused =
        command.send(
            "echo out; echo err >&2; read -r line; echo \"$line\"; kill -9 $$\n".getBytes(UTF_8));
    await().until(() -> err.text().equals("err\n"));
    unused = command.send("said\n".getBytes(UTF_8));
    assertThat(command.end()).succeedsWithin(DIAL);
    assertThat(out.text()).isEqualTo("out\nsaid\n");
  }

  /** OpenSSH names the signal in place of a status; our guests say what a shell would. */
  @ParameterizedTest
  @EnumSource(Server.class)
  void aCommandThatASignalEndedHasNoStatusOfItsOwn(Server server) {
    connect(server);
    Output out = new Output();
    GuestCommand command =
        session.open("exec /bin/sh -c 'kill -9 $$'", out::take, out::take).join();
    assertThat(command.end())
        .succeedsWithin(DIAL)
        .satisfies(
            end -> {
              assertThat(end.status().orElse(0)).isEqualTo(server == Server.SSHD ? 0 : 137);
              assertThat(end.signal().isPresent()).isEqualTo(server == Server.SSHD);
            });
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void holdsAMachineToItsFirstHostKey(Server server) {
    Place place = connect(server);
    HostKeyPin other = new HostKeyPin();
    assertThat(other.accepts(GuestKey.load(OTHER_KEY, Optional.empty()).pair().getPublic()))
        .isTrue();
    Throwable thrown =
        catchThrowable(() -> sessions.connect(Endpoint.of(place.host()), other, DIAL, DIAL).join());
    assertThat(((GuestException) Retries.cause(thrown)).reason())
        .isEqualTo(GuestException.Reason.HOST_KEY_CHANGED);
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void readsNoFasterThanOutputIsTaken(Server server) {
    connect(server);
    Output output = new Output();
    output.hold();
    CompletableFuture<OptionalInt> running =
        session.run("head -c 20000000 /dev/zero", output::take, () -> {});
    await().until(() -> output.size() > 0);
    await().during(Duration.ofMillis(300)).until(() -> output.size() < 3_000_000);
    assertThat(running).isNotDone();
    output.release();
    assertThat(running).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(OptionalInt.of(0));
    assertThat(output.size()).isEqualTo(20_000_000);
  }

  /** A Mac has both, and the check of one of RSA costs a twentieth. */
  @Test
  void asksForTheHostKeyThatIsCheapestToCheck() {
    fleet =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("fleet"))
                .withFirstAddress("127.72.0.1")
                .withRsaHostKey());
    Endpoint guest = Endpoint.of(fleet.boot("vm"));
    HostKeyPin pin = new HostKeyPin();
    GuestKey key = GuestKey.load(fleet.privateKeyFile(), Optional.empty());
    sessions = GuestSessions.start(key, GuestFleet.USER, fleet.sshPort(), DIAL, threads);
    session = sessions.connect(guest, pin, DIAL, DIAL).join();
    assertThat(pin.accepts(fleet.hostKey())).as("that it was ECDSA").isFalse();
  }

  private Place connect(Server server) {
    return connect(server, Duration.ofSeconds(10));
  }

  private Place connect(Server server, Duration keepAlive) {
    Place peer = server == Server.GUEST ? guest() : sshd();
    gate = TcpGate.open(peer.host(), peer.port(), 0);
    Place place = new Place(peer.user(), "127.0.0.1", gate.port(), peer.key());
    GuestKey key = GuestKey.load(place.key(), Optional.empty());
    sessions = GuestSessions.start(key, place.user(), place.port(), keepAlive, threads);
    session = sessions.connect(Endpoint.of(place.host()), new HostKeyPin(), DIAL, DIAL).join();
    return place;
  }

  private Place guest() {
    fleet =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("fleet")).withFirstAddress("127.72.0.1"));
    String address = fleet.boot("vm");
    return new Place(GuestFleet.USER, address, fleet.sshPort(), fleet.privateKeyFile());
  }

  private static Place sshd() {
    Optional<String> location = Peer.SSHD.location();
    Assumptions.assumeTrue(location.isPresent(), "no sshd is given: set PEERS_SSHD");
    URI uri = URI.create(location.orElseThrow());
    String key = uri.getQuery().replaceFirst("^key=", "");
    return new Place(uri.getUserInfo(), uri.getHost(), uri.getPort(), Path.of(key));
  }

  private static final class Output {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private CompletableFuture<Void> room = CompletableFuture.completedFuture(null);

    synchronized CompletableFuture<Void> take(byte[] from, int offset, int length) {
      bytes.write(from, offset, length);
      return room;
    }

    synchronized void hold() {
      room = new CompletableFuture<>();
    }

    void release() {
      CompletableFuture<Void> held;
      synchronized (this) {
        held = room;
        room = CompletableFuture.completedFuture(null);
      }
      held.complete(null);
    }

    synchronized int size() {
      return bytes.size();
    }

    synchronized String text() {
      return bytes.toString(UTF_8);
    }
  }
}
