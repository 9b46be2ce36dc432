package io.macpool.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void kubectlFindsColumnsScaleAndRules() throws IOException {
    assertThat(Files.readString(CHART.resolve("workerclusters.travisci.com.yaml")))
        .contains("specReplicasPath: \".spec.maxJobs\"")
        .contains("statusReplicasPath: \".status.desiredJobs\"")
        .contains("labelSelectorPath: \".status.selector\"")
        .contains("- \"wc\"")
        .contains("spec.selector is immutable")
        .containsSubsequence("JOBS", "RUNNING", "QUEUED", "PODS", "READY", "AGE");
  }
}
