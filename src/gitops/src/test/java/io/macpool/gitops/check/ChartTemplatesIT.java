package io.macpool.gitops.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.check.rule.Problem;
import io.macpool.gitops.tree.DeployTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What templates render by other things than the tree holds is told as a problem of the tree. */
class ChartTemplatesIT {

  private static final String TEMPLATE = "charts/macstadium-worker/templates/more.yaml";

  @TempDir private Path root;

  @BeforeEach
  void copy() throws IOException {
    RepositoryTree.copySmallTo(root);
  }

  @Test
  void aLookIsToldOnceAtItsLine() throws IOException {
    Files.writeString(
        root.resolve(TEMPLATE), "\n{{ if .Capabilities.APIVersions.Has \"v2\" }}{{ end }}\n");

    assertThat(check())
        .singleElement()
        .asString()
        .startsWith(TEMPLATE + ":2: the template looks at .Capabilities, so what it renders in");
  }

  @Test
  void whatIsPutTogetherIsToldByWhatItRenders() throws IOException {
    Files.writeString(
        root.resolve(TEMPLATE), "# {{ index .Release (printf \"Is%s\" \"Upgrade\") }}\n");

    assertThat(check())
        .singleElement()
        .asString()
        .startsWith(TEMPLATE + ":1: the template renders one thing when worker-com is installed");
  }

  private List<String> check() {
    DeployTree tree = DeployTree.read(root);
    return new Checker()
        .check(tree, RepositoryTree.ran(tree)).stream().map(Problem::toString).toList();
  }
}
