package io.macpool.gitops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.git.GitFixture;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a change of a chart on staging to production, step by step, as docs/gitops.md tells it. */
class PromotionWalkIT {

  private static final String CHARTS = "releases/macstadium-prod-1/charts/";

  @TempDir private Path root;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aChangedChartReachesProductionReleaseByRelease() throws IOException {
    RepositoryTree.copyTo(root);
    GitFixture git = GitFixture.init(root);
    git.commit("Start");
    git.run("branch", "staging");

    git.run("checkout", "--quiet", "staging");
    edit("charts/macstadium-worker/Chart.yaml", "version: 1.1.0", "version: 1.2.0");
    edit("charts/macstadium-worker/templates/NOTES.txt", "", "A line more.\n");
    assertThat(run("check")).as("staging's releases say another version").isEqualTo(1);
    for (String release : List.of("worker-com", "worker-org")) {
      edit("releases/macstadium-staging/" + release + ".yaml", "version: 1.1.0", "version: 1.2.0");
    }
    assertThat(run("check")).as(out.toString()).isZero();
    git.commit("Run macstadium-worker 1.2.0 in staging");

    git.run("checkout", "--quiet", "main");
    git.run("merge", "--quiet", "--ff-only", "staging");
    assertThat(run("check")).as("merged, and production is as it was: " + out).isZero();
    assertThat(run("diff", "macstadium-prod-1", "HEAD~1")).isZero();
    assertThat(out.toString()).contains("no object changes");

    assertThat(promote("worker-com", "--as", "v1.0.0")).as(err.toString()).isZero();
    assertThat(run("check")).as("one release on the new chart, three on the old: " + out).isZero();
    assertThat(charts()).contains("macstadium-worker-1.0.0", "macstadium-worker-1.2.0");
    git.commit("Run macstadium-worker 1.2.0 for worker-com");

    assertThat(promote("worker-org", "--as", "v1.0.0")).as(err.toString()).isZero();
    assertThat(
            promote("worker-custom-1", "worker-custom-2", "--like", "worker-com", "--as", "v1.0.0"))
        .as(err.toString())
        .isZero();
    assertThat(charts())
        .contains("macstadium-worker-1.2.0")
        .doesNotContain("macstadium-worker-1.0.0");
    assertThat(run("check")).as(out.toString()).isZero();
  }

  @Test
  void aChangeWithoutANewVersionIsToldBeforeItCanBeMixedUp() throws IOException {
    RepositoryTree.copyTo(root);
    GitFixture git = GitFixture.init(root);
    git.commit("Start");
    git.run("branch", "staging");
    assertThat(promote("worker-com", "--as", "v1.0.0")).as(err.toString()).isZero();

    edit("charts/macstadium-worker/templates/NOTES.txt", "", "A line more.\n");

    assertThat(run("check")).isEqualTo(1);
    assertThat(out.toString()).contains("Raise version in charts/macstadium-worker/Chart.yaml");
  }

  private int promote(String... arguments) {
    List<String> all = new ArrayList<>(List.of("promote"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--from", "macstadium-staging", "--to", "macstadium-prod-1"));
    return run(all.toArray(new String[0]));
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of("--root", root.toString()));
    all.addAll(List.of(arguments));
    return GitopsCommand.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(new String[0]));
  }

  private List<String> charts() throws IOException {
    try (var paths = Files.list(root.resolve(CHARTS))) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Replaces a text, or with an empty one adds to the file's end. */
  private void edit(String file, String from, String to) throws IOException {
    Path path = root.resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, from.isEmpty() ? text + to : text.replace(from, to));
  }
}
