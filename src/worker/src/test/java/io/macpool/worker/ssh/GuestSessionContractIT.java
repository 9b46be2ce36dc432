package io.macpool.worker.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.macpool.broker.Retries;
import io.macpool.sim.net.TcpGate;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.worker.job.Wrapper;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
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
      Path.of("src/test/resources/io/macpool/worker/ssh/openssh-plain");
  private static final String COUNTING =
      "for i in $(seq 1 30); do echo line $i; sleep 0.1; done; exit 5";
  private static final Duration DIAL = Duration.ofSeconds(5);

  @TempDir Path directory;

  /** Stands in for the home directory: a real one is not ours to tidy up. */
  private final String home = ".macpool-contract-" + UUID.randomUUID();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private GuestFleet fleet;
  private TcpGate gate;
  private GuestSessions sessions;
  private GuestSession session;

  @AfterEach
  void end() {
    if (session != null) {
      run("rm -rf " + home, new Output());
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

  @ParameterizedTest
  @EnumSource(Server.class)
  void uploadsRunsAndTellsTheExitStatus(Server server) {
    connect(server);
    makeHome();
    upload("echo one; [ -t 1 ] && stty size; echo two >&2; exit 9");
    Output output = new Output();
    assertThat(run(wrapper(""), output)).hasValue(9);
    assertThat(output.text()).isEqualTo("one\r\n40 80\r\ntwo\r\n");
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void refusesAMachineThatWasUsed(Server server) {
    connect(server);
    makeHome();
    upload("true");
    Throwable thrown = catchThrowable(() -> upload("true"));
    assertThat(((GuestException) Retries.cause(thrown)).reason())
        .isEqualTo(GuestException.Reason.STALE);
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void theScriptOutlivesItsSessionAndItsOutputResumesAtTheByte(Server server) {
    Place place = connect(server);
    makeHome();
    upload(COUNTING);
    Output output = new Output();
    CompletableFuture<OptionalInt> first = session.run(wrapper(""), output::take, () -> {});
    await().until(() -> output.text().contains("line 5\r\n"));
    session.close();
    assertThat(first).succeedsWithin(DIAL).isEqualTo(OptionalInt.empty());
    resume(place, output);
  }

  /** Neither FIN nor RST comes: nobody forwards anything any more. */
  @ParameterizedTest
  @EnumSource(Server.class)
  void aSilentDeathIsNoticedByTheThirdKeepAliveAndTheOutputResumesAtTheByte(Server server) {
    Duration keepAlive = Duration.ofMillis(700);
    Place place = connect(server, keepAlive);
    makeHome();
    upload(COUNTING);
    Output output = new Output();
    CompletableFuture<OptionalInt> first = session.run(wrapper(""), output::take, () -> {});
    await().until(() -> output.text().contains("line 5\r\n"));
    gate.stall(true);
    assertThat(first)
        .succeedsWithin(keepAlive.multipliedBy(3).plusSeconds(2))
        .isEqualTo(OptionalInt.empty());
    gate.stall(false);
    resume(place, output);
  }

  private void resume(Place place, Output output) {
    session = sessions.connect(place.host(), new HostKeyPin(), DIAL, DIAL).join();
    assertThat(run(wrapper(" " + output.size()), output)).hasValue(5);
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= 30; i++) {
      expected.append("line ").append(i).append("\r\n");
    }
    assertThat(output.text()).isEqualTo(expected.toString());
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void holdsAMachineToItsFirstHostKey(Server server) {
    Place place = connect(server);
    HostKeyPin other = new HostKeyPin();
    assertThat(other.accepts(GuestKey.load(OTHER_KEY, Optional.empty()).pair().getPublic()))
        .isTrue();
    Throwable thrown =
        catchThrowable(() -> sessions.connect(place.host(), other, DIAL, DIAL).join());
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

  private Place connect(Server server) {
    return connect(server, Duration.ofSeconds(10));
  }

  private Place connect(Server server, Duration keepAlive) {
    Place peer = server == Server.GUEST ? guest() : sshd();
    gate = TcpGate.open(peer.host(), peer.port(), 0);
    Place place = new Place(peer.user(), "127.0.0.1", gate.port(), peer.key());
    GuestKey key = GuestKey.load(place.key(), Optional.empty());
    sessions = GuestSessions.start(key, place.user(), place.port(), keepAlive, threads, threads);
    session = sessions.connect(place.host(), new HostKeyPin(), DIAL, DIAL).join();
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

  private String wrapper(String offset) {
    return "HOME=$PWD/%s bash %s/wrapper.sh%s".formatted(home, home, offset);
  }

  private void makeHome() {
    run("mkdir " + home, new Output());
  }

  private void upload(String script) {
    session
        .upload(
            List.of(
                new GuestSession.Upload(
                    home + "/build.sh", () -> script.getBytes(UTF_8), 0755, true),
                new GuestSession.Upload(home + "/wrapper.sh", Wrapper::content, 0755, false)))
        .join();
  }

  private OptionalInt run(String command, Output output) {
    return session
        .run(command, output::take, () -> {})
        .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
        .join();
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
