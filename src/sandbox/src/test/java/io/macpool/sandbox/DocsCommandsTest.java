package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What README and docs tell people to type is there: settings, flags and paths. */
class DocsCommandsTest {

  private static final Pattern SETTING =
      Pattern.compile(
          "\\b((?:JUPITER_BRAIN|TRAVIS_WORKER|WORKER_OPERATOR|MACPOOL_CONSOLE|MACPOOL_SCALE_SET)"
              + "_[A-Z0-9_]*[A-Z0-9])\\b");
  private static final Pattern QUOTED_SETTING =
      Pattern.compile(
          "`((?:JUPITER_BRAIN|TRAVIS_WORKER|WORKER_OPERATOR|MACPOOL)_[A-Z0-9_]*[A-Z0-9])`");
  private static final Pattern OUR_COMMAND =
      Pattern.compile(
          "(?m)^(?:\\S+=\\S+ )*(?:\\./)?(?:(?:src|releases|\\.ci)/[\\w./-]*\\w|sandbox)(?= )(.*)$");
  private static final Pattern FLAG = Pattern.compile("(?<= )--([a-z][a-z-]*)");
  private static final Pattern PATH =
      Pattern.compile(
          "`((?:src|docs|charts|releases|\\.ci|findings|terraform-hooks|jupiter-brain|worker-operator)"
              + "/[\\w./-]*[\\w/])`");

  /** Directories of each module, and files that a user may make. */
  private static final Set<String> ELSEWHERE =
      Set.of("src/main", "src/test", "releases/exempt-images.yaml", "releases/schemas/");

  private static String text(String directory, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(DocsTest.TOP.resolve(directory))) {
      List<String> texts = new ArrayList<>();
      for (Path file :
          files
              .filter(Files::isRegularFile)
              .filter(path -> path.toString().endsWith(ending))
              .filter(path -> !path.toString().contains("/target/"))
              .toList()) {
        texts.add(Files.readString(file));
      }
      return String.join("\n", texts);
    }
  }

  /** Services' settings stand in their generated pages, the command's in its source. */
  @Test
  void everySettingThatIsNamedExists() throws IOException {
    Set<String> known =
        DocsTest.found(SETTING, text("docs/configuration", ".md"))
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));
    String others = text("src/cli/src/main", ".java") + text("terraform-hooks", "");
    assertThat(known).hasSizeGreaterThan(100);
    for (Map.Entry<Path, String> page : DocsTest.pages().entrySet()) {
      assertThat(DocsTest.found(QUOTED_SETTING, page.getValue()).map(setting -> setting.group(1)))
          .as(page.getKey().toString())
          .allMatch(setting -> known.contains(setting) || others.contains(setting));
    }
  }

  @Test
  void everyFlagOfOurProgramsExists() throws IOException {
    String programs =
        text("src", ".java")
            + Files.readString(DocsTest.TOP.resolve("sandbox"))
            + text(".ci/peers", "");
    Set<String> flags = new TreeSet<>();
    for (String page : DocsTest.pages().values()) {
      DocsTest.found(DocsTest.BLOCK, page)
          .flatMap(block -> DocsTest.found(OUR_COMMAND, block.group(1)))
          .flatMap(command -> DocsTest.found(FLAG, command.group(1)))
          .forEach(flag -> flags.add(flag.group(1)));
    }
    assertThat(flags).contains("chaos", "minutes", "seed");
    assertThat(flags)
        .allMatch(flag -> programs.contains("--" + flag) || programs.contains('"' + flag + '"'));
  }

  @Test
  void everyPathThatIsNamedExists() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Map.Entry<Path, String> page : DocsTest.pages().entrySet()) {
      DocsTest.found(PATH, page.getValue())
          .map(path -> path.group(1))
          .filter(path -> !path.matches(".*[A-Z]{3,}[/.-].*|.*/[A-Z]{3,}")) // ENV, NAME
          .filter(path -> !ELSEWHERE.contains(path) && !path.contains("/target/")) // a build's
          .filter(path -> !Files.exists(DocsTest.TOP.resolve(path)))
          .filter(path -> !Files.exists(page.getKey().resolveSibling(path)))
          .forEach(path -> missing.add(DocsTest.TOP.relativize(page.getKey()) + ": " + path));
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyFindingHasItsLineAndCanBeRun() throws IOException {
    String contents = Files.readString(DocsTest.TOP.resolve("findings/README.md"));
    List<Path> scripts;
    try (Stream<Path> files = Files.list(DocsTest.TOP.resolve("findings"))) {
      scripts = files.filter(path -> path.toString().endsWith(".sh")).toList();
    }
    assertThat(scripts).hasSizeGreaterThanOrEqualTo(12);
    assertThat(scripts)
        .allSatisfy(
            script -> {
              assertThat(script).isExecutable();
              assertThat(contents).contains("](" + script.getFileName() + ") |");
            });
  }
}
