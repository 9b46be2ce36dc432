package io.macpool.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The CRD files of the chart are what the classes generate. After a change of the classes, {@code
 * mvn test -pl worker-operator -am -Dtest=CrdFilesTest -Dupdate.crds
 * -Dsurefire.failIfNoSpecifiedTests=false} rewrites them.
 */
class CrdFilesTest {

  private static final Path CHART = Path.of("..", "charts", "worker-operator", "crds");

  @TempDir Path generated;

  @ParameterizedTest
  @ValueSource(strings = {"workerclusters.travisci.com", "hardwarepools.travisci.com"})
  void chartsHoldWhatTheClassesGenerate(String name) throws IOException {
    new CRDGenerator()
        .inOutputDir(generated.toFile())
        .forCRDVersions("v1")
        .withPostProcessor(new CrdPolish())
        .customResourceClasses(WorkerCluster.class, HardwarePool.class)
        .generate();
    Path made = generated.resolve(name + "-v1.yml");
    Path kept = CHART.resolve(name + ".yaml");
    if (System.getProperty("update.crds") != null) {
      Files.createDirectories(CHART);
      Files.writeString(kept, Files.readString(made));
    }
    assertThat(Files.readString(kept))
        .as("%s is stale: run the test with -Dupdate.crds", kept)
        .isEqualTo(Files.readString(made));
  }

  /** A number without a bound takes what no program of ours can read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "worker-operator/values.schema.json",
        "macstadium-worker/values.schema.json",
        "jupiter-brain/values.schema.json",
        "worker-operator/crds/workerclusters.travisci.com.yaml",
        "worker-operator/crds/hardwarepools.travisci.com.yaml"
      })
  void everyNumberHasAMaximum(String file) throws IOException {
    Path charts = Path.of("..", "charts");
    JsonNode schema = new ObjectMapper(new YAMLFactory()).readTree(charts.resolve(file).toFile());
    List<String> unbounded = new ArrayList<>();
    collectUnbounded(schema, "", unbounded);
    assertThat(unbounded).isEmpty();
  }

  /** What a status holds is the operator's own to write; an int-or-string is Kubernetes'. */
  private static void collectUnbounded(JsonNode schema, String path, List<String> unbounded) {
    boolean number =
        schema.path("type").asText().equals("integer")
            || schema.path("type").asText().equals("number");
    boolean others =
        path.contains("/status") || path.contains("/anyOf") || path.endsWith("divisor");
    if (number && !others && !schema.has("maximum") && !schema.has("enum")) {
      unbounded.add(path);
    }
    schema
        .properties()
        .forEach(
            member -> collectUnbounded(member.getValue(), path + "/" + member.getKey(), unbounded));
    if (schema.isArray() && !path.endsWith("additionalPrinterColumns")) {
      schema.forEach(element -> collectUnbounded(element, path + "/*", unbounded));
    }
  }

  @Test
  void kubectlFindsColumnsScaleAndRules() throws IOException {
    assertThat(Files.readString(CHART.resolve("workerclusters.travisci.com.yaml")))
        .contains("specReplicasPath: \".spec.maxJobs\"")
        .contains("statusReplicasPath: \".status.desiredJobs\"")
        .contains("labelSelectorPath: \".status.selector\"")
        .contains("- \"wc\"")
        .contains("spec.selector is immutable")
        .containsSubsequence("LIMIT", "RUNNING", "QUEUED", "PODS", "READY", "REASON", "AGE");
  }
}
