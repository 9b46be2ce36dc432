package io.macpool.scaleset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.net.RetryPolicy;
import io.macpool.sim.broker.BrokerFaults.Call;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scale set beside the emulator of GitHub's side, a broker and guests. */
class ScaleSetIT {

  private static final Path PAGE = Path.of("../../docs/github.md");
  private static final int JOBS = Integer.getInteger("scaleset.jobs", 60);
  private static final int SLOTS = Integer.getInteger("scaleset.slots", 12);
  private static final Duration ALL = Duration.ofSeconds(120L + JOBS);

  @TempDir private Path directory;

  private static void queue(RunnerLab lab, int jobs) {
    await().atMost(RunnerLab.PATIENCE).until(() -> isHeld(lab));
    long set = lab.github().scaleSet();
    for (int i = 0; i < jobs; i++) {
      lab.github().queue(set);
    }
  }

  private static boolean isHeld(RunnerLab lab) {
    return !lab.github().state().getJsonArray("sessions").isEmpty();
  }

  private static void nothingIsLeft(RunnerLab lab) {
    await("no Mac, no runner and no message is left")
        .atMost(RunnerLab.PATIENCE)
        .until(
            () ->
                lab.broker().instances().isEmpty()
                    && lab.guests().running().isEmpty()
                    && lab.github().state().getJsonArray("runners").isEmpty()
                    && lab.github().state().getJsonObject("unacknowledged").isEmpty());
  }

  @Test
  void jobsAreDoneWhateverGoesWrong() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, SLOTS, "0.2", "--long-poll-ms", "1000")) {
      lab.github().fail("adminConnection", 503, 1);
      lab.github().fail("sessions", 500, 1);
      try (ScaleSet scaleSet = ScaleSet.start(lab.settings(Map.of()))) {
        queue(lab, JOBS);
        int mishap = 0;
        long set = lab.github().scaleSet();
        for (int done = 0; done < JOBS; done += Math.max(1, JOBS / 12)) {
          int enough = done;
          await("%d of %d jobs".formatted(done, JOBS))
              .atMost(ALL)
              .until(() -> lab.succeeded() >= enough);
          goWrong(lab, set, mishap++);
        }
        await("all jobs").atMost(ALL).until(() -> lab.succeeded() == JOBS);
        nothingIsLeft(lab);
        assertThat(lab.mostAssigned())
            .as("no job is assigned that has no Mac")
            .isLessThanOrEqualTo(SLOTS);
        assertThat(lab.broker().peak()).isLessThanOrEqualTo(SLOTS);
        assertThat(metric(scaleSet, "scaleset_jobs_completed_total"))
            .as("some are told twice")
            .isGreaterThanOrEqualTo(JOBS);
      }
      assertThat(isHeld(lab)).as("the session is given back").isFalse();
    }
  }

  private static void goWrong(RunnerLab lab, long set, int mishap) {
    switch (mishap % 12) {
      case 0 -> lab.github().fail("getMessage", 503, 2);
      case 1 -> lab.github().fail("generateJitConfig", 500, 2);
      case 2 -> lab.github().fail("acquireJobs", 502, 2);
      case 3 -> lab.github().fail("deleteMessage", 503, 2);
      case 4 -> lab.github().expireAdminTokens();
      case 5 -> lab.github().expireQueueToken(set);
      case 6 -> lab.github().expireSession(set);
      case 7 -> lab.github().limit("acquireJobs", 1, 1);
      case 8 -> lab.github().delay("any", Duration.ofMillis(300), 10);
      case 9 -> lab.broker().faults().loseAnswer(1, Call::isCreate);
      case 10 -> lab.broker().faults().fail(3, 500, Call::isCapacity);
      default -> lab.cutSome(3);
    }
  }

  @Test
  void aSuccessorGoesOnWithWhatAKilledServiceLeft() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, 4, "3", "--long-poll-ms", "1000")) {
      Process first = process(lab);
      try {
        queue(lab, 6);
        await("jobs run").atMost(RunnerLab.PATIENCE).until(() -> lab.jobs("running") >= 4);
        first.destroyForcibly().waitFor();
        assertThat(lab.broker().instances()).hasSize(4);
        lab.github().expireSession(lab.github().scaleSet());
        try (ScaleSet successor = ScaleSet.start(lab.settings(Map.of()))) {
          await("all jobs").atMost(RunnerLab.PATIENCE).until(() -> lab.succeeded() == 6);
          nothingIsLeft(lab);
          assertThat(lab.taken()).as("no job was begun twice").isEqualTo(6);
          assertThat(successor.adminPort()).isPositive();
        }
      } finally {
        first.destroyForcibly();
      }
    }
  }

  @Test
  void nothingStaysBehindOfAServiceThatDiesForGood() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, 2, "60", "--long-poll-ms", "1000")) {
      Process service = process(lab);
      ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
      try {
        queue(lab, 2);
        await("jobs run").atMost(RunnerLab.PATIENCE).until(() -> lab.jobs("running") == 2);
        service.destroyForcibly().waitFor();

        lab.broker().passTime(Duration.ofMinutes(6));
        BrokerClient other =
            new BrokerClient(
                BrokerEndpoint.parse(lab.broker().endpoint().toString()),
                RetryPolicy.DEFAULT,
                timer,
                timer);
        assertThat(other.renew("another", Duration.ofMinutes(1)).join()).isTrue();

        await("its lease ends")
            .atMost(RunnerLab.PATIENCE)
            .until(() -> lab.broker().instances().isEmpty());
      } finally {
        service.destroyForcibly();
        timer.shutdownNow();
      }
    }
  }

  private Process process(RunnerLab lab) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());
    builder.environment().putAll(lab.environment(Map.of()));
    File log = directory.resolve("service.log").toFile();
    return builder.redirectErrorStream(true).redirectOutput(log).start();
  }

  @Test
  void unknownSlotsAreNoSlots() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, 2, "0", "--long-poll-ms", "500")) {
      lab.broker().faults().fail(Integer.MAX_VALUE, 500, Call::isCapacity);
      try (ScaleSet scaleSet = ScaleSet.start(lab.settings(Map.of()))) {
        queue(lab, 2);
        await("the job is offered")
            .atMost(RunnerLab.PATIENCE)
            .until(() -> lab.github().state().getJsonObject("unacknowledged").size() == 1);
        assertThat(lab.jobs("available")).isEqualTo(2);
        assertThat(lab.broker().created()).isZero();
        assertThat(metric(scaleSet, "scaleset_capacity")).isZero();

        lab.broker().faults().clear();
        await("all jobs").atMost(RunnerLab.PATIENCE).until(() -> lab.succeeded() == 2);
      }
    }
  }

  @Test
  void aRunnerIsGivenBackWhoseJobWasCancelled() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, 2, "0", "--long-poll-ms", "500")) {
      lab.holdJobs();
      try (ScaleSet scaleSet = ScaleSet.start(lab.settings(Map.of()))) {
        queue(lab, 2);
        await("runners wait")
            .atMost(RunnerLab.PATIENCE)
            .until(() -> lab.github().state().getJsonArray("runners").size() == 2);

        lab.cancelWaiting();

        nothingIsLeft(lab);
        assertThat(metric(scaleSet, "scaleset_jobs_assigned")).isZero();
      }
    }
  }

  /**
   * GitHub gives any runner any job: who was made for a job that went takes the one that is left.
   */
  @Test
  void theRunnerOfACancelledJobTakesAnotherAndTheOneTooManyGoes() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, 2, "1", "--long-poll-ms", "500")) {
      lab.holdJobs();
      try (ScaleSet scaleSet = ScaleSet.start(lab.settings(Map.of()))) {
        queue(lab, 2);
        await("runners wait")
            .atMost(RunnerLab.PATIENCE)
            .until(() -> lab.github().state().getJsonArray("runners").size() == 2);

        lab.cancel("assigned", 1);
        lab.assignJobs();

        await("the other job").atMost(RunnerLab.PATIENCE).until(() -> lab.succeeded() == 1);
        nothingIsLeft(lab);
        assertThat(lab.taken()).isOne();
        assertThat(lab.broker().created()).isEqualTo(2);
        assertThat(metric(scaleSet, "scaleset_jobs_assigned")).isZero();
      }
    }
  }

  @Test
  void theMacOfAJobThatIsCancelledWhileItRunsServesTheNextOne() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, 1, "2", "--long-poll-ms", "500")) {
      try (ScaleSet scaleSet = ScaleSet.start(lab.settings(Map.of()))) {
        queue(lab, 2);
        await("one runs").atMost(RunnerLab.PATIENCE).until(() -> lab.jobs("running") == 1);

        lab.cancel("running", 1);

        await("the next job").atMost(RunnerLab.PATIENCE).until(() -> lab.succeeded() == 1);
        nothingIsLeft(lab);
        assertThat(lab.broker().peak()).as("a fresh Mac, and one at a time").isOne();
        assertThat(lab.broker().created()).isEqualTo(2);
        assertThat(metric(scaleSet, "scaleset_jobs_assigned")).isZero();
      }
    }
  }

  @Test
  void aRunnerThatDoesNotStartIsToldOf() throws Exception {
    try (RunnerLab lab = new RunnerLab(directory, 1, "0", "--long-poll-ms", "500")) {
      Map<String, String> broken = Map.of("RUNNER_COMMAND", "echo no runner here; exit 7");
      try (ScaleSet scaleSet = ScaleSet.start(lab.settings(broken))) {
        queue(lab, 1);
        await("somebody is told")
            .atMost(RunnerLab.PATIENCE)
            .until(
                () ->
                    get(scaleSet, "/health/ready")
                        .contains("ended with status 7 before it had a job: no runner here"));
        assertThat(lab.broker().created()).as("not again and again").isLessThan(8);
        assertThat(lab.broker().peak()).isEqualTo(1);
      }
    }
  }

  /** The environment of the page, at the places of this test. */
  @Test
  void thePagesExampleRunsAJob() throws Exception {
    String page = Files.readString(PAGE);
    Map<String, String> example = new HashMap<>();
    Matcher line =
        Pattern.compile("(?m)^\\s*Environment=MACPOOL_SCALE_SET_(\\w+)=(.*)$").matcher(page);
    while (line.find()) {
      example.put(line.group(1), line.group(2).replaceAll("^\"|\"$", ""));
    }
    assertThat(example).containsKeys("GITHUB_URL", "BROKER_URL", "NAME", "IMAGE");
    assertThat(page).contains("runs-on: " + example.get("NAME"));
    try (RunnerLab lab = new RunnerLab(directory, 1, "0", "--long-poll-ms", "500")) {
      Stream.of("GITHUB_URL", "GITHUB_TOKEN_FILE", "BROKER_URL", "SSH_KEY_FILE")
          .forEach(here -> assertThat(example.remove(here)).as(here).isNotNull());
      try (ScaleSet scaleSet = ScaleSet.start(lab.settings(example))) {
        queue(lab, 1);
        await("the job").atMost(RunnerLab.PATIENCE).until(() -> lab.succeeded() == 1);
        nothingIsLeft(lab);
        assertThat(get(scaleSet, "/health/ready")).contains("\"status\":\"ok\"");
      }
    }
  }

  private static String get(ScaleSet scaleSet, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + scaleSet.adminPort() + path))
                .timeout(Duration.ofSeconds(30))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private static double metric(ScaleSet scaleSet, String name) throws Exception {
    return get(scaleSet, "/metrics")
        .lines()
        .filter(each -> each.startsWith(name + " "))
        .mapToDouble(each -> Double.parseDouble(each.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }
}
