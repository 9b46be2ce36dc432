package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.tree.Capacity;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.Release;
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
