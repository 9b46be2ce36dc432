package io.macpool.cli.gitlab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.cli.Main;
import io.macpool.cli.gitlab.GitLabRunner.Died;
import io.macpool.cli.gitlab.GitLabRunner.Job;
import io.macpool.cli.gitlab.GitLabRunner.Result;
import io.macpool.cli.gitlab.GitLabRunner.Verdict;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GitLab's jobs by what docs/gitlab.md says, beside a Runner of ours that plays its part. */
class GitLabIT {

  private static final Path PAGE = Path.of("../../docs/gitlab.md");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private static Path homes;
  private static GuestFleet guests;

  @TempDir private Path directory;
  private BrokerSimulator broker;
  private GitLabRunner runner;

  @BeforeAll
  static void start() {
    for (String program : List.of("ssh", "perl")) {
      assumeTrue(
          Stream.of(System.getenv("PATH").split(":", -1))
              .anyMatch(path -> Files.isExecutable(Path.of(path, program))),
          "there is no " + program + " here: macpool gitlab is not tested");
    }
    guests = GuestFleet.start(GuestFleetOptions.in(homes).withFirstAddress("127.97.0.1"));
  }

  @AfterAll
  static void stop() {
    if (guests != null) {
      guests.close();
    }
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void makeRunner() throws IOException {
    broker = BrokerSimulator.start(1, guests);
    broker.knowLeases();
    runner =
        new GitLabRunner(
            Files.readString(PAGE),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                Main.class.getName()),
            Map.of(
                "MACPOOL_URL",
                broker.endpoint().toString(),
                "MACPOOL_SSH_KEY",
                guests.privateKeyFile().toString(),
                "MACPOOL_SSH_PORT",
                Integer.toString(guests.sshPort())),
            directory);
  }

  /** Stages begin in a directory of their own. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Result run(String image, String... scripts) throws Exception {
    Map<String, String> stages = new LinkedHashMap<>();
    for (int i = 0; i < scripts.length; i += 2) {
      stages.put(scripts[i], scripts[i + 1]);
    }
    return runner.run(new Job(4711, image, stages));
  }

  private void nothingIsLeft() throws IOException {
    assertThat(broker.instances()).as(runner.log()).isEmpty();
    assertThat(broker.leases()).noneMatch(lease -> lease.startsWith("gitlab-"));
  }

  /** Another holder is heard after so long: then silence counts. */
  private void leasesEnd() {
    broker.passTime(Duration.ofMinutes(4));
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(1);
    try {
      new BrokerClient(
              BrokerEndpoint.parse(broker.endpoint().toString()),
              RetryPolicy.DEFAULT,
              threads,
              threads)
          .renew("other", Duration.ofSeconds(30))
          .join();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aJobHasOneMacAndItsOutputAndStatusAreItsOwn() throws Exception {
    String section = "\\033[0Ksection_start:1:x\\r\\033[0Kone\\201\\n";
    Result result =
        run(
            "",
            "get_sources",
            "echo here >kept",
            "build_script",
            "cat kept; cat; printf '"
                + section
                + "'; printf two >&2; printf three;"
                + " sleep 300 & exit 126",
            "upload_artifacts",
            "echo never");

    assertThat(runner.log())
        .endsWith("here\n\033[0Ksection_start:1:x\r\033[0Kone\201\ntwothree")
        .startsWith("macpool: macos-15 is ready after ");
    assertThat(result).as(runner.log()).isEqualTo(new Result(Verdict.BUILD_FAILURE, 126));
    assertThat(runner.called())
        .containsExactly("config", "prepare", "run get_sources", "run build_script", "cleanup");
    nothingIsLeft();
  }

  @Test
  void aMacThatIsLostIsNot() throws Exception {
    runner.watch(
        (stage, process) -> {
          if (stage.equals("run build_script")) {
            awaitBegun(process);
            broker.instances().forEach(broker::destroy);
          }
        });

    assertThat(run("macos-15", "build_script", "echo begun; sleep 60").verdict())
        .isEqualTo(Verdict.SYSTEM_FAILURE);
    assertThat(runner.log()).contains("was lost during build_script: its end is unknown");
    nothingIsLeft();
  }

  @Test
  void aCancelEndsTheScriptAndTheMacServesWhatFollows() throws Exception {
    runner.watch(
        (stage, process) -> {
          if (stage.equals("run build_script")) {
            awaitBegun(process);
            signal("TERM", process);
          }
        });

    Result result =
        run(
            "macos-15",
            "build_script",
            // OpenSSH's server hangs up nobody when a connection ends; the simulated one does.
            "echo $$ >pid; trap '' HUP; trap 'echo ended >told; exit 1' TERM; echo begun;"
                + " sleep 60 & wait",
            "after_script",
            "cat told; kill -0 $(cat pid) || echo gone");

    assertThat(runner.log()).contains("ended\n").endsWith("gone\n");
    assertThat(result.verdict()).isEqualTo(Verdict.SYSTEM_FAILURE);
    nothingIsLeft();
  }

  private String log() {
    try {
      return runner.log();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Until the script has said so. */
  private void awaitBegun(Process process) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> runner.log().contains("begun") || !process.isAlive());
    assertThat(process.isAlive()).isTrue();
  }

  private static void signal(String name, Process process) {
    try {
      GitLabRunner.signal(name, process);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The machine dies: no signal is heard, and no cleanup comes. */
  @ParameterizedTest
  @ValueSource(strings = {"prepare", "run build_script"})
  void whenTheMachineDiesTheLeaseEndsWhatItHeld(String last) throws Exception {
    broker.withholdAddresses(last.equals("prepare"));
    runner.watch(
        (stage, process) -> {
          if (stage.equals(last)) {
            if (stage.equals("prepare")) {
              Awaitility.await().atMost(PATIENCE).until(() -> broker.instances().size() == 1);
            } else {
              awaitBegun(process);
            }
            signal("KILL", process);
            throw new Died();
          }
        });

    assertThatThrownBy(() -> run("macos-15", "build_script", "echo begun; sleep 60"))
        .isInstanceOf(Died.class);
    broker.withholdAddresses(false);
    assertThat(broker.instances()).hasSize(1);
    leasesEnd();
    nothingIsLeft();
  }

  /** The Runner's machine goes on, and so do its stages, which have nobody to tell. */
  @Test
  void whenTheRunnerAloneDiesItsStageEndsItselfAndGivesTheMacBack() throws Exception {
    runner.underAParent();
    AtomicReference<ProcessHandle> stage = new AtomicReference<>();
    runner.watch(
        (name, process) -> {
          if (name.equals("run build_script")) {
            awaitBegun(process);
            stage.set(process.children().findFirst().orElseThrow());
            process.destroyForcibly();
            throw new Died();
          }
        });

    assertThatThrownBy(() -> run("macos-15", "build_script", "echo begun; sleep 60"))
        .isInstanceOf(Died.class);
    Awaitility.await().atMost(PATIENCE).until(() -> broker.instances().isEmpty());
    assertThat(stage.get().onExit()).succeedsWithin(PATIENCE);
    nothingIsLeft();
  }

  @Test
  void aPrepareThatIsToldToEndGivesBackWhatItBegan() throws Exception {
    broker.withholdAddresses(true);
    runner.watch(
        (stage, process) -> {
          if (stage.equals("prepare")) {
            Awaitility.await().atMost(PATIENCE).until(() -> broker.instances().size() == 1);
            signal("TERM", process);
          }
          if (stage.equals("cleanup")) {
            assertThat(broker.instances()).as(log()).isEmpty();
          }
        });

    assertThat(run("macos-15", "build_script", "true").verdict())
        .as(runner.log())
        .isEqualTo(Verdict.SYSTEM_FAILURE);
    broker.withholdAddresses(false);
    assertThat(broker.created()).isEqualTo(1);
    nothingIsLeft();
  }
}
