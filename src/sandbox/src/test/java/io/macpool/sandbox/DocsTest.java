package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What README and docs point at is there. */
class DocsTest {

  static final Path TOP = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]*)(#[^)\\s]*)?\\)");
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*[a-z](?:Test|IT|E2E|Contract))`");
  private static final Pattern METHOD = Pattern.compile("`([A-Z]\\w+)\\.([a-z]\\w+)`");
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?m)^(?:\\S+=\\S+"
              + " )*(?:\\./)?((?:src|releases|\\.ci|terraform-hooks)/[\\w./-]*\\w|sandbox)(?= |$)");
  static final Pattern BLOCK = Pattern.compile("(?ms)^```\\w*\\n(.*?)^```");

  static Map<Path, String> pages() throws IOException {
    Map<Path, String> pages = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(TOP)) {
      for (Path file :
          files
              .filter(path -> path.toString().endsWith(".md"))
              .filter(path -> !path.toString().contains("/target/"))
              .sorted()
              .toList()) {
        pages.put(file, Files.readString(file));
      }
    }
    return pages;
  }

  static Stream<MatchResult> found(Pattern pattern, String text) {
    return pattern.matcher(text).results();
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Map<Path, String> pages = pages();
    List<String> broken = new ArrayList<>();
    for (Map.Entry<Path, String> page : pages.entrySet()) {
      for (MatchResult link : found(LINK, page.getValue()).toList()) {
        Path target =
            link.group(1).isEmpty()
                ? page.getKey()
                : page.getKey().resolveSibling(link.group(1)).normalize();
        boolean anchored =
            link.group(2) == null || headings(pages.get(target)).contains(link.group(2));
        if (!Files.exists(target) || !anchored) {
          broken.add(TOP.relativize(page.getKey()) + ": " + link.group());
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  /** Anchors as the forges make them of headings. */
  private static Set<String> headings(String text) {
    return text == null
        ? Set.of()
        : text.lines()
            .filter(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("^#+ ", "").strip().toLowerCase(Locale.ROOT))
            .map(line -> "#" + line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
            .collect(Collectors.toSet());
  }

  @Test
  void everyTestThatIsNamedExistsAndRuns() throws IOException {
    Map<String, String> tests = tests();
    for (Map.Entry<Path, String> page : pages().entrySet()) {
      for (MatchResult named : found(TEST, page.getValue()).toList()) {
        assertThat(tests.keySet()).as(page.getKey().toString()).contains(named.group(1));
        assertThat(tests.get(named.group(1)))
            .as(named.group(1))
            .doesNotContainPattern("(?m)^\\s*@Disabled");
      }
    }
  }

  /** A test, or a method of the product, that a page names with its class. */
  @Test
  void everyMethodThatIsNamedExists() throws IOException {
    Map<String, String> classes = classes("/src/");
    int found = 0;
    for (Map.Entry<Path, String> page : pages().entrySet()) {
      for (MatchResult named : found(METHOD, page.getValue()).toList()) {
        String source = classes.get(named.group(1));
        if (source != null) { // else another library's
          assertThat(source)
              .as(page.getKey() + ": " + named.group())
              .containsPattern("\\b" + named.group(2) + "\\b");
          found++;
        }
      }
    }
    assertThat(found).isGreaterThan(100);
  }

  /** Each line of what was seen says where macpool stands, and by what that is shown. */
  @Test
  void whatWasObservedHasAnAnswer() throws IOException {
    List<String> lines =
        Files.readString(TOP.resolve("docs/observed.md"))
            .lines()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| observed"))
            .filter(line -> !line.startsWith("| ---"))
            .toList();
    assertThat(lines).hasSizeGreaterThan(90);
    assertThat(lines)
        .allMatch(
            line ->
                line.matches(
                    "\\| .+ \\| (mended|guarded|taught|told|not met|open)[^|]* \\| .+ \\|"));
  }

  private static Map<String, String> tests() throws IOException {
    return classes("/src/test/");
  }

  private static Map<String, String> classes(String under) throws IOException {
    Map<String, String> tests = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(TOP)) {
      for (Path file :
          files
              .filter(path -> path.toString().contains(under))
              // Another commit may lie there, to be compared with.
              .filter(path -> !path.toString().contains("/target/"))
              .toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".java")) {
          tests.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
        }
      }
    }
    return tests;
  }

  @Test
  void everyPromiseNamesATestThatHoldsIt() throws IOException {
    List<String> promises =
        Files.readString(TOP.resolve("SPECIFICATION.md"))
            .lines()
            .filter(line -> line.matches("\\| \\d+ \\|.*"))
            .toList();
    assertThat(promises).hasSizeBetween(10, 20);
    assertThat(promises)
        .allMatch(
            line ->
                TEST.matcher(line).find()
                    || COMMAND.matcher(line.replaceAll(".*`(.*)`.*", "$1")).find());
  }

  @Test
  void everyProgramThatAPageRunsIsThereAndCanBeRun() throws IOException {
    Set<String> programs = new TreeSet<>();
    for (String page : pages().values()) {
      found(BLOCK, page)
          .flatMap(block -> found(COMMAND, block.group(1)))
          .forEach(command -> programs.add(command.group(1)));
    }
    assertThat(programs).contains("sandbox", "src/benchmarks/soak", "releases/check");
    assertThat(programs).allSatisfy(program -> assertThat(TOP.resolve(program)).isExecutable());
  }

  @Test
  void decisionsAreNumberedWithoutHoles() throws IOException {
    try (Stream<Path> files = Files.list(TOP.resolve("docs/adr"))) {
      List<Path> decisions = files.sorted().toList();
      for (int i = 0; i < decisions.size(); i++) {
        assertThat(decisions.get(i).getFileName().toString()).startsWith("%04d-".formatted(i + 1));
        assertThat(Files.readString(decisions.get(i))).startsWith("# %d. ".formatted(i + 1));
      }
    }
  }

  @Test
  void theTableOfPlacesAnswersThirtyQuestions() throws IOException {
    assertThat(
            Files.readString(TOP.resolve("docs/where.md"))
                .lines()
                .filter(line -> LINK.matcher(line).find()))
        .hasSizeGreaterThanOrEqualTo(30);
  }
}
