package io.macpool.gitops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.git.GitFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Walks docs/gitops.md: every block of commands, in the page's order, in a fresh clone with a
 * remote of its own. The editor is a script that does what the page's comments say.
 */
class GitopsPageIT {

  private static final Pattern BLOCK = Pattern.compile("(?ms)^( *)```\\n(.*?)^ *```$");

  private static final String EDITOR =
      """
      #!/usr/bin/env bash
      set -eu
      case "$1" in
        */Chart.yaml)
          sed -i 's/^version: .*/version: 1.2.0/' "$1"
          echo "A line more." >>"$(dirname "$1")/templates/NOTES.txt" ;;
        *staging/*) sed -i 's/^      version: .*/      version: 1.2.0/' "$1" ;;
        *) sed -i 's/maxJobs: 270/maxJobs: 260/' "$1" ;;
      esac
      """;

  private static final String OLD_RELEASE =
      """
      apiVersion: flux.weave.works/v1beta1
      kind: HelmRelease
      metadata: {name: worker-com, namespace: macstadium-prod-1}
      spec:
        chart: {path: charts/macstadium-worker, git: git@example.com:x.git, ref: master}
        values: {site: com, jupiterBrainName: jupiter-brain-com, image: {tag: v5.1.0}}
      """;

  @TempDir private Path directory;

  @Test
  void everyCommandOfThePageWorks() throws Exception {
    Path clone = makeClone();
    List<String> blocks = blocks();
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(7);
    StringBuilder log = new StringBuilder();
    for (String block : blocks) {
      log.append("\n$ ").append(block).append(run(clone, block, log));
    }
    assertThat(log.toString()).contains("no object changes", "all rules hold");
    try (Stream<Path> charts = Files.list(clone.resolve("releases/macstadium-prod-1/charts"))) {
      assertThat(charts.map(path -> path.getFileName().toString()))
          .contains("macstadium-worker-1.2.0")
          .doesNotContain("macstadium-worker-1.0.0");
    }
    assertThat(clone.resolve("new/worker-com.yaml")).exists();
  }

  /** A clone of a bare repository with both branches, beside a home directory of the test's own. */
  private Path makeClone() throws IOException {
    Path source = Files.createDirectories(directory.resolve("source"));
    RepositoryTree.copyTo(source);
    Files.writeString(source.resolve(".gitignore"), "src/\nnew/\n");
    GitFixture git = GitFixture.init(source);
    git.commit("Start");
    git.run("branch", "staging");
    git.run("clone", "--quiet", "--bare", ".", directory.resolve("origin.git").toString());
    Path clone = directory.resolve("clone");
    git.run("clone", "--quiet", directory.resolve("origin.git").toString(), clone.toString());
    GitFixture cloned = new GitFixture(clone);
    cloned.run("config", "user.email", "test@example.com");
    cloned.run("config", "user.name", "Test");
    Files.createDirectories(clone.resolve("src/gitops"));
    Files.createSymbolicLink(
        clone.resolve("src/gitops/target"), RepositoryTree.root().resolve("src/gitops/target"));
    Path old = directory.resolve("home/kubernetes-config/releases/macstadium-prod-1");
    Files.createDirectories(old);
    Files.writeString(old.resolve("worker-com.yaml"), OLD_RELEASE);
    Path editor = Files.writeString(directory.resolve("editor"), EDITOR);
    Files.setPosixFilePermissions(editor, PosixFilePermissions.fromString("rwxr-xr-x"));
    return clone;
  }

  /** Those that hold commands; the first block of the page draws the tree. */
  private static List<String> blocks() throws IOException {
    String page = Files.readString(RepositoryTree.root().resolve("docs/gitops.md"));
    List<String> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      if (block
          .group(2)
          .matches("(?s) *(\\./releases/gitops|\\./releases/check|git|\\$EDITOR) .*")) {
        blocks.add(block.group(2));
      }
    }
    return blocks;
  }

  private String run(Path clone, String block, StringBuilder before) throws Exception {
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-eu", "-o", "pipefail", "-c", block)
            .directory(clone.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("HOME", directory.resolve("home").toString());
    builder.environment().put("EDITOR", directory.resolve("editor").toString());
    Process process = builder.start();
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    assertThat(process.waitFor()).as(before + "\n$ " + block + text).isZero();
    return text;
  }
}
