package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.tree.Capacity;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.yaml.YamlReader;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class RealTreeTest {

  private final DeployTree tree = RepositoryTree.read();

  @Test
  void everyRuleHolds() {
    assertThat(new Checker().check(tree, RepositoryTree.ran(tree))).isEmpty();
  }

  @Test
  void bothEnvironmentsHoldTheirReleases() {
    assertThat(tree.environment("macstadium-staging").orElseThrow().releases())
        .extracting(Release::name)
        .containsExactlyInAnyOrder(
            "console",
            "jupiter-brain-org",
            "jupiter-brain-com",
            "scale-set-macos-15",
            "worker-operator",
            "worker-org",
            "worker-com");
    assertThat(tree.environment("macstadium-prod-1").orElseThrow().releases())
        .extracting(Release::name)
        .contains(
            "console",
            "jupiter-brain-org",
            "jupiter-brain-com",
            "jupiter-brain-custom-1",
            "jupiter-brain-custom-2",
            "worker-operator",
            "worker-org",
            "worker-com",
            "worker-custom-1",
            "worker-custom-2");
  }

  /** What docs/github.md has a reader write. */
  @Test
  void theExampleOfThePageIsARelease() throws Exception {
    String page = Files.readString(RepositoryTree.root().resolve("docs/github.md"));
    String release = page.replaceFirst("(?s).*`(releases/[a-z0-9/-]+\\.yaml)` is one.*", "$1");
    String example = page.replaceFirst("(?s).*```yaml\n(secretName:.*?)```.*", "$1");
    JsonNode values =
        YamlReader.read(Files.readString(RepositoryTree.root().resolve(release)))
            .get(0)
            .content()
            .at("/spec/values");

    assertThat(YamlReader.read(example).get(0).content().properties())
        .hasSize(3)
        .allSatisfy(value -> assertThat(values.path(value.getKey())).isEqualTo(value.getValue()));
  }

  @Test
  void productionWorkersRunThirtyJobsEach() {
    Capacity production = Capacity.of(tree, tree.environment("macstadium-prod-1").orElseThrow());
    assertThat(production.demands())
        .filteredOn(demand -> demand.release().name().equals("worker-com"))
        .extracting(Capacity.Demand::jobs)
        .containsExactly(270L);
    assertThat(production.jobs()).isLessThanOrEqualTo(production.room());
  }
}
