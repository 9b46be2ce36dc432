package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.Checkpoint.Step;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.OperationTimes;
import io.macpool.sim.vcenter.VCenterOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills the broker's process at every step of create and destroy, starts another one on the same
 * ledger, and looks whether anything leaked or was lost.
 */
class CrashMatrixIT {

  private static final OperationTimes SHORT =
      OperationTimes.none()
          .withClone(Duration.ofMillis(100))
          .withPowerOn(Duration.ofMillis(50))
          .withDestroy(Duration.ofMillis(50));

  private final HttpClient http = HttpClient.newHttpClient();

  @ParameterizedTest
  @EnumSource(Step.class)
  void whateverStepIsTheLast(Step step, @TempDir Path folder) throws Exception {
    VCenterOptions options = VCenterOptions.defaults().withTimes(SHORT).withHosts(1);
    try (BrainLab lab = new BrainLab(options)) {
      lab.set("LEDGER_FILE", folder.resolve("ledger").toString());
      lab.set("REQUEST_TIMEOUT", "3s");
      Optional<String> owned = liveAndDie(lab, step, folder);

      // Its owner lives on, and asks for its instance now and then, if it ever learned of it.
      lab.startUnready();
      int expected = owned.isPresent() ? 1 : 0;
      Awaitility.await("no VM without an owner, and every slot accounted for")
          .atMost(Duration.ofSeconds(15))
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                if (owned.isPresent()) {
                  lab.get("/instances/" + owned.get());
                }
                HttpResponse<String> capacity = lab.get("/capacity");
                return capacity.statusCode() == 200
                    && lab.vcenter().clones().size() == expected
                    && capacity
                        .body()
                        .contains(
                            "\"used\":" + expected + ",\"warm\":0,\"free\":" + (2 - expected));
              });
      if (owned.isPresent()) {
        assertThat(lab.vcenter().clones())
            .extracting(MachineView::name)
            .containsExactly(owned.get());
        assertThat(lab.get("/instances/" + owned.get()).statusCode()).isEqualTo(200);
      }
      assertThat(lab.vcenter().peaks().machinesOnOneHost()).isLessThanOrEqualTo(2);
      // The slots are of use, too.
      assertThat(lab.create().statusCode()).isEqualTo(201);
    }
  }

  /** The instance that a client still holds after the crash, if one does. */
  private Optional<String> liveAndDie(BrainLab lab, Step step, Path folder) throws Exception {
    Process process = spawn(lab, step, folder);
    try {
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String base = "http://127.0.0.1:" + out.readLine();
      Awaitility.await("the broker that will crash is ready")
          .atMost(BrainLab.PATIENCE)
          .until(() -> call(base, "GET", "/capacity", null).body().contains("\"total\":2"));
      Optional<HttpResponse<String>> created = tryCall(base, "POST", "/instances", order(IMAGE));
      if (created.isEmpty()) {
        return Optional.empty();
      }
      String id = id(created.get());
      if (step == Step.ANSWERED) {
        return Optional.of(id);
      }
      Optional<HttpResponse<String>> deleted = tryCall(base, "DELETE", "/instances/" + id, null);
      assertThat(deleted).as("the broker halts on the way").isEmpty();
      // Before the decision is on record, the client's DELETE has not been accepted.
      return step == Step.BEFORE_DECISION ? Optional.of(id) : Optional.empty();
    } finally {
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(3);
      process.destroyForcibly();
    }
  }

  private Process spawn(BrainLab lab, Step step, Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingBrain.class.getName()));
    builder.environment().putAll(lab.environment());
    builder.environment().put("CRASH_AT", step.name());
    return builder.redirectError(Redirect.to(folder.resolve("stderr").toFile())).start();
  }

  private Optional<HttpResponse<String>> tryCall(
      String base, String method, String path, String body) throws InterruptedException {
    try {
      return Optional.of(call(base, method, path, body));
    } catch (IOException e) {
      return Optional.empty(); // it halted before it answered
    }
  }

  private HttpResponse<String> call(String base, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(20))
            .header("Authorization", "token secret")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
