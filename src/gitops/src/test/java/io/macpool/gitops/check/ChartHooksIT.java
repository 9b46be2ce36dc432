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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Helm runs a chart's hooks beside its objects: those that Flux runs are judged, or refused. */
class ChartHooksIT {

  private static final String RELEASE = "releases/macstadium-staging/worker-com.yaml";
  private static final String TEST = "templates/tests/answers.yaml";
  private static final Checker CHECKER = new Checker();

  @TempDir private Path root;

  @BeforeEach
  void copy() {
    RepositoryTree.copyTo(root);
  }

  @Test
  void theTestsOfTheTreeHoldWhereTheyAreRun() throws IOException {
    runTests();

    assertThat(check()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"test", "test-success", "\"test, TEST-success\""})
  void aTestIsJudgedWhereItIsRun(String hook) throws IOException {
    editChart("helm.sh/hook: test", "helm.sh/hook: " + hook);
    editChart("restartPolicy: Never", "restartPolicy: Perhaps");
    assertThat(check()).isEmpty();

    runTests();

    assertThat(check())
        .singleElement()
        .asString()
        .contains(RELEASE, "the rendered Pod worker-com-test: ", "restartPolicy");
  }

  /** Helm leaves objects out whose moment it does not know. */
  @ParameterizedTest
  @ValueSource(strings = {"pre-upgrade", "post-delete", "test,pre-install", "tests", "\"\""})
  void anotherHookIsRefused(String hook) throws IOException {
    editChart("helm.sh/hook: test", "helm.sh/hook: " + hook);

    assertThat(check())
        .hasSizeGreaterThan(2)
        .allSatisfy(
            told ->
                assertThat(told)
                    .contains(
                        "the chart macstadium-worker makes Pod worker-",
                        "-test a Helm hook, \"" + hook.replace("\"", "") + "\""))
        .anyMatch(told -> told.startsWith(RELEASE + ":"));
  }

  /** However it came to be one: {@code HelmRendererIT}. */
  @Test
  void aHookWhoseKeyIsPutTogetherIsRefused() throws IOException {
    editChart("helm.sh/hook: test", "{{ printf \"helm.sh/%s\" \"hook\" }}: pre-upgrade");

    assertThat(check())
        .isNotEmpty()
        .allMatch(told -> told.contains("-test a Helm hook, \"pre-upgrade\""));
  }

  @Test
  void aTestWhoseKeyIsPutTogetherIsJudgedWhereItIsRun() throws IOException {
    editChart("helm.sh/hook: test", "{{ print \"helm.sh\" \"/hook\" }}: test");
    editChart("restartPolicy: Never", "restartPolicy: Perhaps");
    assertThat(check()).isEmpty();

    runTests();

    assertThat(check()).singleElement().asString().contains("worker-com-test: ", "restartPolicy");
  }

  /** An object of every release, taken away from what is judged. */
  @Test
  void anObjectThatBecomesAHookIsRefused() throws IOException {
    String file = "templates/networkpolicy.yaml";
    for (Path chart : copies()) {
      Path path = chart.resolve(file);
      Files.writeString(
          path,
          Files.readString(path)
              .replaceFirst(
                  "(?m)^metadata:$", "metadata:\n  annotations: {helm.sh/hook: post-install}"));
    }

    assertThat(check())
        .isNotEmpty()
        .allMatch(told -> told.contains("makes NetworkPolicy worker-"))
        .anyMatch(told -> told.startsWith(RELEASE + ":"));
  }

  @Test
  void aPackedChartInAChartIsRefused() throws IOException {
    for (Path chart : copies()) {
      Files.createDirectories(chart.resolve("charts"));
      Files.writeString(chart.resolve("charts/more-1.0.0.tgz"), "");
    }

    assertThat(check())
        .anyMatch(told -> told.startsWith(RELEASE + ":"))
        .allMatch(told -> told.contains("charts/more-1.0.0.tgz, a packed chart; unpack it"));
  }

  private void runTests() throws IOException {
    edit(root.resolve(RELEASE), "  values:\n", "  test:\n    enable: true\n  values:\n");
  }

  /** Staging's chart, and production's copy of it. */
  private List<Path> copies() {
    return List.of(
        root.resolve("charts/macstadium-worker"),
        root.resolve("releases/macstadium-prod-1/charts/macstadium-worker-1.0.0"));
  }

  private void editChart(String from, String to) throws IOException {
    edit(copies().get(0).resolve(TEST), from, to);
    edit(copies().get(1).resolve(TEST), from, to);
  }

  private static void edit(Path path, String from, String to) throws IOException {
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  private List<String> check() {
    DeployTree tree = DeployTree.read(root);
    return CHECKER.check(tree, RepositoryTree.ran(tree)).stream().map(Problem::toString).toList();
  }
}
