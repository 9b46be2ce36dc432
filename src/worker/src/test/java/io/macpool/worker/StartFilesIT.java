package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.service.Resources;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.build.BuildScriptSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a whole worker says of jobs in guests with start files; with no job broker around. */
class StartFilesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path directory;

  private final Resources resources = new Resources();
  private BrokerSimulator broker;
  private GuestFleet guests;

  @BeforeEach
  void start() {
    guests =
        resources.own(
            "guests",
            GuestFleet.start(
                GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.78.0.1")));
    broker = resources.own("broker", BrokerSimulator.start(10, guests));
    BuildScriptSimulator scripts = resources.own("scripts", BuildScriptSimulator.start());
    Map<String, String> settings = new HashMap<>();
    settings.put("QUEUE_TYPE", "file");
    settings.put("QUEUE_NAME", "mac");
    settings.put("BASE_DIR", directory.toString());
    settings.put("FILE_POLLING_INTERVAL", "100ms");
    settings.put("POOL_SIZE", "1");
    settings.put("HOSTNAME", "worker-under-test");
    settings.put("MAX_START_FAILURES", "1");
    settings.put("BUILD_API_URI", scripts.uri().toString());
    settings.put("JUPITERBRAIN_ENDPOINT", broker.endpoint().toString());
    settings.put("JUPITERBRAIN_SSH_KEY_PATH", guests.privateKeyFile().toString());
    settings.put("JUPITERBRAIN_SSH_PORT", Integer.toString(guests.sshPort()));
    settings.put("JUPITERBRAIN_BOOT_POLL_SLEEP", "200ms");
    settings.put("JUPITERBRAIN_IMAGE_DEFAULT", "macos-14-base");
    Map<String, String> environment = new HashMap<>();
    settings.forEach((name, value) -> environment.put("TRAVIS_WORKER_" + name, value));
    broker.withholdAddresses(true);
    resources.own("worker", Worker.start(WorkerSettings.SPEC.read(List.of(), environment)));
  }

  @AfterEach
  void stop() {
    resources.close();
  }

  @Test
  void aGreetingIsNoOutputAndALostSessionLosesNone() throws IOException {
    run("echo 'a greeting'", "echo be'gin'; sleep 1; printf en; sleep 1; echo d", "false");
    String vm = broker.instances().stream().findAny().orElseThrow();
    await().atMost(PATIENCE).until(() -> log().contains("begin"));
    guests.cut(vm);
    assertThat(state()).isEqualTo("failed\n");
    assertThat(log()).containsOnlyOnce("begin\r\nend\r\n").doesNotContain("a greeting");
  }

  @Test
  void aShellThatEndsAtOnceIsNoPass() throws IOException {
    run("echo 'no shell for you'; exit 0", "true");
    assertThat(state()).isEqualTo("errored\n");
    assertThat(log())
        .contains("login shell did not begin")
        .contains("this was said: no shell for you")
        .contains("job is given up");
  }

  @Test
  void aMachineThatWasUsedIsTold() throws IOException {
    run("touch ~/build.sh", "true");
    assertThat(state()).isEqualTo("errored\n");
    assertThat(log()).contains("stale VM");
  }

  /** Runs commands in a guest with this start file, which it gets before it is found. */
  private void run(String startFile, String... commands) throws IOException {
    Path created = directory.resolve("mac/10-created.d");
    Files.writeString(created.resolve("a.json"), Stage.payload(17, commands).toString());
    String vm =
        await()
            .atMost(PATIENCE)
            .until(() -> broker.instances().stream().findAny(), found -> found.isPresent())
            .orElseThrow();
    Path home =
        await().atMost(PATIENCE).until(() -> guests.home(vm), there -> there.isPresent()).get();
    Files.writeString(home.resolve(".bashrc"), startFile + "\n");
    broker.withholdAddresses(false);
  }

  private String state() throws IOException {
    Path state = directory.resolve("mac/70-finished.d/a.state");
    await().atMost(PATIENCE).until(() -> Files.exists(state) && Files.size(state) > 0);
    return Files.readString(state);
  }

  private String log() throws IOException {
    Path log = directory.resolve("mac/log/17.log");
    return Files.exists(log) ? Files.readString(log) : "";
  }
}
