package io.macpool.gitops.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.hooks.HookRun.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Emptying an environment, against a cluster that is made up; a real one is in the operator's. */
class PreDestroyHookIT {

  private static final String STAGING = "macstadium-staging";
  private static final String EMPTY = pod(0, 0, 0);

  @TempDir private Path fake;

  private HookRun hooks;

  @BeforeEach
  void makeFakes() throws IOException {
    hooks = new HookRun(fake).given("context", "").given("namespace", "");
    hooks.given("deployments", list());
  }

  private static String pod(int alive, int expected, int requested) {
    return """
        {"name": "pod", "phase": "Running", "currentPoolSize": %d, "expectedPoolSize": %d,
         "requestedPoolSize": %d}"""
        .formatted(alive, expected, requested);
  }

  private static String cluster(int maxJobs, String running, int observed, String... pods) {
    return """
        {"metadata": {"name": "worker-com", "generation": 2}, "spec": {"maxJobs": %d},
         "status": {"runningJobs": %s, "observedGeneration": %d, "workerStatuses": [%s],
                    "conditions": [{"type": "Ready", "status": "True", "reason": "AsExpected"}]}}"""
        .formatted(maxJobs, running, observed, String.join(",", pods));
  }

  private static String because(String cluster, String reason, String message) {
    return cluster.replace(
        "\"reason\": \"AsExpected\"",
        "\"reason\": \"%s\", \"message\": \"%s\"".formatted(reason, message));
  }

  private static String list(String... items) {
    return "{\"items\": [" + String.join(",", items) + "]}";
  }

  private Result once(String... more) throws Exception {
    return hooks.run(
        "",
        "pre-destroy",
        Stream.concat(Stream.of(STAGING, "--timeout", "0"), Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void drainsThenStopsTheBrokers() throws Exception {
    hooks
        .given("clusters-1", list(cluster(8, "3", 2, pod(8, 8, 8))))
        .given("clusters-2", list(cluster(8, "3", 2, pod(8, 8, 8))))
        .given("clusters-3", list(cluster(0, "3", 1, pod(8, 8, 8))))
        .given("clusters-4", list(cluster(0, "1", 2, pod(1, 0, 0))))
        .given("clusters", list(cluster(0, "0", 2, EMPTY)))
        .given(
            "deployments",
            list("{\"metadata\": {\"name\": \"jupiter-brain-com\"}, \"spec\": {\"replicas\": 2}}"));

    Result result = hooks.run("", "pre-destroy", STAGING);
    JsonNode answer = result.json();

    assertThat(answer.get("drained").asText()).isEqualTo("true");
    assertThat(answer.get("running_jobs").asText()).isEqualTo("0");
    assertThat(result.err())
        .contains("unknown processors may still have a job")
        .contains("1 processors may still have a job, 1 jobs are seen to run; waiting");
    List<String> calls = hooks.calls();
    int suspended = indexOf(calls, "suspend kustomization");
    int patched = indexOf(calls, "patch workercluster worker-com");
    int scaled = indexOf(calls, "scale deployment jupiter-brain-com --replicas=0");
    assertThat(suspended).isLessThan(patched);
    assertThat(patched).isLessThan(scaled);
  }

  static List<String> notEmpty() {
    return List.of(
        cluster(0, "3", 2, pod(3, 3, 0)),
        // Nothing runs, but what lives may take a job, or was told that it may.
        cluster(0, "0", 2, pod(1, 1, 0)),
        cluster(0, "0", 2, pod(1, 0, 0)),
        cluster(0, "0", 2, pod(0, 0, 1)),
        // Unknown is not zero.
        cluster(0, "null", 2, EMPTY),
        cluster(0, "0", 1, EMPTY),
        cluster(0, "0", 2, EMPTY).replace(", \"observedGeneration\": 2", ""));
  }

  @ParameterizedTest
  @MethodSource("notEmpty")
  void refusesWhileAProcessorMayHaveAJob(String cluster) throws Exception {
    hooks.given("clusters", list(cluster));

    Result result = once();

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("processors may still have a job", "run this again");
    assertThat(hooks.calls()).noneMatch(call -> call.contains("scale deployment"));
  }

  @Test
  void tellsWhatStandsInTheWay() throws Exception {
    hooks.given(
        "clusters",
        list(
            because(
                cluster(0, "0", 2, pod(2, 2, 0)),
                "WorkersUnreachable",
                "1 pods can't be asked, first pod: no route")));

    Result result = once();

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err())
        .contains("2 processors may still have a job, unknown jobs are seen to run")
        .contains("(worker-com: 1 pods can't be asked, first pod: no route)");
  }

  @Test
  void refusesWhatIsPausedBeforeAnythingIsChanged() throws Exception {
    hooks.given(
        "clusters",
        list(
            cluster(8, "3", 2, pod(8, 8, 8))
                .replace(
                    "\"generation\": 2",
                    "\"generation\": 2, \"annotations\": {\"travisci.com/paused\": \"true\"}")));

    Result result = once();

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("paused", "worker-com", "travisci.com/paused away first");
    assertThat(hooks.calls()).noneMatch(call -> call.matches(".*(patch|scale|suspend).*"));
  }

  @Test
  void waitsForThePodsOfWorkersWithoutAnOperator() throws Exception {
    hooks
        .given("clusters", list())
        .given(
            "workers",
            list(
                """
                {"metadata": {"name": "worker-plain"},
                 "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b", "c": "d"}}}}""",
                """
                {"metadata": {"name": "worker-com", "ownerReferences": [{}]},
                 "spec": {"replicas": 2, "selector": {"matchLabels": {"name": "worker-com"}}}}"""))
        .given(
            "pods",
            list(
                "{\"status\": {\"phase\": \"Running\"}}", "{\"status\": {\"phase\": \"Failed\"}}"));

    Result result = hooks.run("", "pre-destroy", STAGING);

    assertThat(result.json().get("drained").asText()).isEqualTo("true");
    assertThat(result.err())
        .contains("1 processors may still have a job, unknown jobs are seen to run");
    assertThat(hooks.calls())
        .anyMatch(call -> call.contains("scale deployment worker-plain --replicas=0"))
        .anyMatch(call -> call.contains("get pods --selector a=b,c=d"))
        .noneMatch(call -> call.contains("scale deployment worker-com"));
  }

  @Test
  void doesNotTakePodsThatCannotBeListedForNone() throws Exception {
    hooks
        .given("clusters", list())
        .given("pods-fail", "")
        .given(
            "workers",
            list(
                """
                {"metadata": {"name": "worker-plain"},
                 "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}}}"""));

    Result result = once();

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("unknown processors", "the cluster does not answer");
  }

  @Test
  void goesAheadWhenForced() throws Exception {
    hooks.given("clusters", list(cluster(0, "3", 2, pod(3, 0, 0))));

    JsonNode answer = once("--force").json();

    assertThat(answer.get("running_jobs").asText()).isEqualTo("3");
    assertThat(answer.get("drained").asText()).isEqualTo("false");
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    hooks.given("clusters", list(cluster(8, "3", 2, pod(8, 8, 8))));

    Result result = once("--dry-run");

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).contains("would run: kubectl", "patch workercluster worker-com");
    assertThat(hooks.calls()).noneMatch(call -> call.matches(".*(patch|scale|suspend).*"));
  }

  @Test
  void withoutANamespaceThereIsNothingToEmpty() throws Exception {
    hooks.without("namespace").given("answers", "");

    assertThat(once().json().get("drained").asText()).isEqualTo("true");
  }

  @Test
  void refusesWhenTheClusterDoesNotAnswer() throws Exception {
    hooks.without("namespace");

    Result result = once();

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err()).contains("does not answer", "unknown");
  }

  private static int indexOf(List<String> calls, String part) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).contains(part)) {
        return i;
      }
    }
    throw new AssertionError("nobody called " + part + " in " + calls);
  }
}
