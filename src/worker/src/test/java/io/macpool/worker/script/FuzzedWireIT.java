package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.service.Resources;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.worker.Worker;
import io.macpool.worker.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole worker gets messages and answers of any kind, over a real connection: every message has
 * its end, and a job passes or fails only by a script that came whole and ran.
 */
class FuzzedWireIT {

  private static final int MESSAGES = 150;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path directory;

  private final Random random = new Random(Long.getLong("fuzz.seed", 17));
  private final Resources resources = new Resources();
  private final FuzzedMessage messages = new FuzzedMessage(random);

  @AfterEach
  void stop() {
    resources.close();
  }

  @Test
  void everyMessageEndsAndNoneByAScriptThatDidNotRun() throws IOException {
    FuzzedServer generator = resources.own("generator", FuzzedServer.start(random.nextLong()));
    startWorker(generator);
    Map<String, byte[]> handedIn = new HashMap<>();
    for (int i = 0; i < MESSAGES; i++) {
      byte[] message = messages.next(10_000 + i, i % 3 == 0 ? 1 : 0);
      handedIn.put("m%03d".formatted(i), message);
      Path draft = directory.resolve("draft");
      Files.write(draft, message);
      Files.move(draft, at("10-created.d").resolve("m%03d.json".formatted(i)));
    }
    await().atMost(PATIENCE).until(() -> ended().containsAll(handedIn.keySet()));
    int ran = 0;
    for (Map.Entry<String, byte[]> one : handedIn.entrySet()) {
      ran += judge(one.getKey(), one.getValue(), generator) ? 1 : 0;
    }
    assertThat(ran).isGreaterThan(MESSAGES / 10);
  }

  /** Whether its script ran. */
  private boolean judge(String name, byte[] message, FuzzedServer generator) throws IOException {
    Path state = at("70-finished.d").resolve(name + ".state");
    String end = Files.exists(state) ? Files.readString(state).strip() : "rejected";
    Optional<Long> id = FuzzedMessage.id(message);
    String what = name + " ended " + end + ": " + new String(message, ISO_8859_1);
    if (end.equals("rejected")) {
      assertThat(id).as(what).isEmpty();
      return false;
    }
    assertThat(end).as(what).isIn("passed", "failed", "errored");
    Optional<Integer> status = generator.served(id.orElseThrow());
    Path log = at("log").resolve(id.orElseThrow() + ".log");
    String text = Files.exists(log) ? Files.readString(log, UTF_8) : "";
    if (end.equals("errored")) {
      assertThat(status.filter(s -> s < 2 && text.contains("ran to its end"))).as(what).isEmpty();
      return false;
    }
    assertThat(status).as(what).contains(end.equals("passed") ? 0 : 1);
    assertThat(text).as(what).contains("ran to its end " + id.orElseThrow());
    return true;
  }

  private Path at(String place) {
    return directory.resolve("mac").resolve(place);
  }

  private Set<String> ended() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> finished = Files.list(at("70-finished.d"));
        Stream<Path> rejected = Files.list(at("90-rejected.d"))) {
      names.addAll(
          Stream.concat(
                  finished.filter(file -> file.toString().endsWith(".state")),
                  rejected.filter(file -> file.toString().endsWith(".json")))
              .map(file -> file.getFileName().toString().replaceAll("\\.\\w+$", ""))
              .collect(Collectors.toSet()));
    }
    return names;
  }

  private void startWorker(FuzzedServer generator) {
    GuestFleet guests =
        resources.own(
            "guests",
            GuestFleet.start(
                GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.79.0.1")));
    BrokerSimulator broker = resources.own("broker", BrokerSimulator.start(10, guests));
    Map<String, String> settings = new HashMap<>();
    settings.put("QUEUE_TYPE", "file");
    settings.put("QUEUE_NAME", "mac");
    settings.put("BASE_DIR", directory.toString());
    settings.put("FILE_POLLING_INTERVAL", "100ms");
    settings.put("POOL_SIZE", "10");
    settings.put("MAX_START_FAILURES", "1");
    settings.put("BUILD_API_URI", generator.uri().toString());
    settings.put("JUPITERBRAIN_ENDPOINT", broker.endpoint().toString());
    settings.put("JUPITERBRAIN_SSH_KEY_PATH", guests.privateKeyFile().toString());
    settings.put("JUPITERBRAIN_SSH_PORT", Integer.toString(guests.sshPort()));
    settings.put("JUPITERBRAIN_BOOT_POLL_SLEEP", "200ms");
    settings.put("JUPITERBRAIN_IMAGE_DEFAULT", "macos-14-base");
    Map<String, String> environment = new HashMap<>();
    settings.forEach((name, value) -> environment.put("TRAVIS_WORKER_" + name, value));
    resources.own("worker", Worker.start(WorkerSettings.SPEC.read(List.of(), environment)));
  }
}
