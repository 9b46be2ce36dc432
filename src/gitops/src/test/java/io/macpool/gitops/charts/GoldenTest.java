package io.macpool.gitops.charts;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.helm.HelmRenderer;
import io.macpool.gitops.helm.RenderException;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each chart makes of a few sets of values stands in a file, so that a change of a template is
 * reviewed as the change of the cluster that it is. {@code -Dgolden.write=true} writes the files.
 */
class GoldenTest {

  private static final DeployTree TREE = RepositoryTree.read();
  private static final Path GOLDEN =
      RepositoryTree.root()
          .resolve("src/gitops/src/test/resources/io/macpool/gitops/charts/golden");

  static List<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".values.yaml"))
          .map(name -> name.replace(".values.yaml", ""))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rendersAsItDid(String name) throws IOException, YamlSyntaxException, RenderException {
    Chart chart = TREE.chart(name.substring(0, name.lastIndexOf('-'))).orElseThrow();
    String values = Files.readString(GOLDEN.resolve(name + ".values.yaml"));
    String rendered =
        new HelmRenderer()
            .renderAll(
                chart,
                chart.releaseName() + "-com",
                "macstadium-staging",
                YamlReader.read(values).get(0).content())
            .text();
    Path golden = GOLDEN.resolve(name + ".yaml");
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(golden, rendered);
    }
    assertThat(rendered)
        .as("if the change is meant: run this test with -Dgolden.write=true and review the diff")
        .isEqualTo(Files.readString(golden));
  }
}
