package io.macpool.gitops.charts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.yaml.YamlReader;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The workflow that publishes charts: it knows them all, and runs no action that can change. */
class PublishWorkflowTest {

  private JsonNode job;

  @BeforeEach
  void read() throws Exception {
    String text = Files.readString(RepositoryTree.root().resolve(".github/workflows/charts.yaml"));
    job = YamlReader.read(text).get(0).content().at("/jobs/publish");
  }

  @Test
  void everyChartIsPublished() {
    assertThat(job.at("/strategy/matrix/chart"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrderElementsOf(RepositoryTree.read().charts().keySet());
  }

  @Test
  void actionsArePinnedByCommit() {
    List<String> actions = job.path("steps").findValuesAsText("uses");

    assertThat(actions)
        .isNotEmpty()
        .allMatch(action -> action.matches("[\\w-]+/[\\w-]+@[0-9a-f]{40}"));
  }

  @Test
  void thePackageAloneIsWritten() {
    assertThat(job.at("/permissions/contents").asText()).isEqualTo("read");
    assertThat(job.at("/permissions/packages").asText()).isEqualTo("write");
  }
}
