package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.tree.DeployTree;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People wait for the check before each push: it must stay quick as the tree grows. */
class ManyReleasesIT {

  @TempDir private Path root;

  @Test
  void threeHundredReleasesAreCheckedInThirtySecondsOfAProcessor() throws IOException {
    RepositoryTree.copyTo(root);
    Path directory = root.resolve("releases/macstadium-prod-1");
    String worker = Files.readString(directory.resolve("worker-custom-2.yaml"));
    StringBuilder list =
        new StringBuilder(Files.readString(directory.resolve("kustomization.yaml")));
    for (int i = 10; i < 293; i++) {
      String name = "worker-custom-" + i;
      Files.writeString(
          directory.resolve(name + ".yaml"),
          worker.replace("worker-custom-2", name).replaceFirst("maxJobs: 24", "maxJobs: 0"));
      list.append("  - ").append(name).append(".yaml\n");
    }
    Files.writeString(directory.resolve("kustomization.yaml"), list);

    // What else the machine does is not our time.
    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    long start = thread.getCurrentThreadCpuTime();
    DeployTree tree = DeployTree.read(root);
    List<Problem> problems = new Checker().check(tree, RepositoryTree.ran(tree));
    Duration took = Duration.ofNanos(thread.getCurrentThreadCpuTime() - start);

    assertThat(tree.environments().stream().mapToInt(e -> e.releases().size()).sum())
        .isEqualTo(300);
    assertThat(problems).isEmpty();
    assertThat(took).isLessThan(Duration.ofSeconds(30));
  }
}
