package io.macpool.gitops.conditions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.gitops.RepositoryTree;
import io.macpool.gitops.cli.GitopsCommand;
import io.macpool.gitops.conditions.Condition.Given;
import io.macpool.gitops.git.GitFixture;
import io.macpool.gitops.hooks.HookRun;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of commands.yaml, tried: what is said, how it ends, and that nothing is written. */
class ConditionsIT {

  @TempDir private static Path source;

  @TempDir private Path directory;

  @BeforeAll
  static void makeRepository() {
    RepositoryTree.copyTo(source);
    GitFixture git = GitFixture.init(source);
    git.commit("Start");
    git.commit("Again");
    git.run("branch", "staging");
  }

  static List<Condition> conditions() throws IOException, YamlSyntaxException {
    return Condition.all();
  }

  @ParameterizedTest
  @MethodSource("conditions")
  void isToldAndNothingIsWritten(Condition condition) throws Exception {
    Path clone = clone(condition.git());
    for (Given given : condition.given()) {
      write(clone, given);
    }
    Map<Path, String> before = contents(clone);

    String told = condition.isOfHook() ? runHook(condition, clone) : run(condition, clone);

    assertThat(told).contains(condition.says());
    assertThat(contents(clone)).isEqualTo(before);
  }

  private Path clone(String kind) throws Exception {
    Path clone = directory.resolve("clone");
    switch (kind) {
      case "none" -> RepositoryTree.copyTo(clone);
      case "shallow" ->
          new GitFixture(source)
              .run("clone", "--quiet", "--depth=1", "file://" + source, clone.toString());
      default -> new GitFixture(source).run("clone", "--quiet", ".", clone.toString());
    }
    if (kind.equals("foreign")) {
      boolean root = "root".equals(System.getProperty("user.name"));
      assumeTrue(root, "only root can give a directory to another user");
      Process process = new ProcessBuilder("chown", "-R", "65534", clone.toString()).start();
      assertThat(process.waitFor()).isZero();
    }
    return clone;
  }

  private static void write(Path clone, Given given) throws IOException {
    Path path = clone.resolve(given.file());
    if (given.from().isEmpty()) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, given.to());
      return;
    }
    String text = Files.readString(path);
    assertThat(text).contains(given.from());
    int start = text.indexOf(given.from());
    Files.writeString(
        path,
        text.substring(0, start) + given.to() + text.substring(start + given.from().length()));
  }

  private static String run(Condition condition, Path clone) {
    StringWriter told = new StringWriter();
    PrintWriter writer = new PrintWriter(told, true);
    List<String> words = new ArrayList<>(List.of("--root", clone.toString()));
    for (String word : condition.words()) {
      boolean place = condition.command().equals("migrate") && Files.exists(clone.resolve(word));
      words.add(place ? clone.resolve(word).toString() : word);
    }

    int status = GitopsCommand.run(writer, writer, words.toArray(new String[0]));

    assertThat(status).as(told.toString()).isEqualTo(condition.status());
    return told.toString();
  }

  private String runHook(Condition condition, Path clone) throws Exception {
    HookRun hook = new HookRun(Files.createDirectories(directory.resolve("fake"))).inTree(clone);
    if (condition.madeUp().isPresent()) {
      hook.given(condition.madeUp().get(), "");
    }
    List<String> words = condition.words();
    HookRun.Result result =
        hook.run(
            condition.stdin(), words.get(1), words.subList(2, words.size()).toArray(new String[0]));

    assertThat(result.status()).as(result.err()).isEqualTo(condition.status());
    assertThat(result.out()).isEmpty();
    return result.err();
  }

  private static Map<Path, String> contents(Path root) throws IOException {
    Map<Path, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        if (!path.startsWith(root.resolve(".git"))) {
          contents.put(root.relativize(path), Files.readString(path));
        }
      }
    }
    return contents;
  }
}
