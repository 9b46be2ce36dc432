package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The faults that {@code src/faults/run} puts back are still ones of today's code. */
class FaultPatchesTest {

  private static final Path FAULTS = DocsTest.TOP.resolve("src/faults");
  private static final int LEAST = 30;
  private static final int PROMISES = 18;

  /** The last one is held by a soak, which is no test of one module. */
  private static final Set<Integer> WITHOUT_ONE = Set.of(18);

  private static final int LONGEST = 10;

  /** What each line of a patch's head says. */
  private static final Map<String, Pattern> HEAD =
      Map.of(
          "Fault", Pattern.compile("[A-Z].*\\."),
          "Promise", Pattern.compile("[0-9]+|none"),
          "Mended", Pattern.compile("[0-9a-f]{7}"),
          "Module", Pattern.compile("[\\w/-]+"),
          "Test", Pattern.compile("[A-Z]\\w+(Test|IT)(#[a-z]\\w+)?"));

  /** Lines of one file that stood together before, the first of them at this line. */
  private record Hunk(String file, List<String> before, int changed) {}

  private static Map<String, String> patches() throws IOException {
    Map<String, String> patches = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(FAULTS)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".patch")).sorted().toList()) {
        patches.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return patches;
  }

  private static Map<String, String> head(String patch) {
    Map<String, String> head = new LinkedHashMap<>();
    patch
        .lines()
        .takeWhile(Predicate.not(String::isEmpty))
        .forEach(line -> head.put(line.replaceFirst(": .*", ""), line.replaceFirst("^\\w+: ", "")));
    return head;
  }

  private static List<Hunk> hunks(String patch) {
    List<Hunk> hunks = new ArrayList<>();
    String file = "";
    List<String> before = new ArrayList<>();
    int changed = 0;
    for (String line : (patch + "@@").lines().dropWhile(Predicate.not(String::isEmpty)).toList()) {
      if (line.startsWith("@@") || line.startsWith("--- ")) {
        if (!before.isEmpty()) {
          hunks.add(new Hunk(file, List.copyOf(before), changed));
        }
        before.clear();
        changed = 0;
      } else if (line.startsWith("+++ b/")) {
        file = line.substring("+++ b/".length());
      } else {
        changed += line.startsWith("+") || line.startsWith("-") ? 1 : 0;
        if (!file.isEmpty() && !line.startsWith("+")) {
          before.add(line.isEmpty() ? "" : line.substring(1));
        }
      }
    }
    return hunks;
  }

  @Test
  void eachHeadSaysWhatIsBrokenAndWhatFindsIt() throws IOException {
    assertThat(patches()).hasSizeGreaterThanOrEqualTo(LEAST);
    patches()
        .forEach(
            (name, patch) -> {
              Map<String, String> head = head(patch);
              assertThat(head.keySet()).as(name).isEqualTo(new HashSet<>(HEAD.keySet()));
              head.forEach((key, value) -> assertThat(value).as(name).matches(HEAD.get(key)));
            });
  }

  @Test
  void eachPromiseIsBrokenByOne() throws IOException {
    Set<String> broken = new HashSet<>();
    for (String patch : patches().values()) {
      broken.add(String.valueOf(head(patch).get("Promise")));
    }
    assertThat(broken)
        .containsAll(
            IntStream.rangeClosed(1, PROMISES)
                .filter(promise -> !WITHOUT_ONE.contains(promise))
                .mapToObj(Integer::toString)
                .toList());
    String specification = Files.readString(DocsTest.TOP.resolve("SPECIFICATION.md"));
    assertThat(specification)
        .contains("\n| %d | ".formatted(PROMISES))
        .doesNotContain("\n| %d | ".formatted(PROMISES + 1));
  }

  /** As {@code git apply} would, and at one place alone, so that it can't slip to another. */
  @Test
  void eachAppliesToOnePlaceOfTodaysSources() throws IOException {
    for (Map.Entry<String, String> patch : patches().entrySet()) {
      List<Hunk> hunks = hunks(patch.getValue());
      assertThat(hunks).as(patch.getKey()).isNotEmpty();
      assertThat(hunks.stream().mapToInt(Hunk::changed).sum())
          .as("%s: lines changed", patch.getKey())
          .isBetween(1, LONGEST);
      for (Hunk hunk : hunks) {
        Path source = DocsTest.TOP.resolve(hunk.file());
        assertThat(source).as(patch.getKey()).exists();
        String text = "\n" + Files.readString(source);
        String lines = "\n" + String.join("\n", hunk.before()) + "\n";
        assertThat(text.split(Pattern.quote(lines), -1))
            .as("%s: the text before and behind%s", patch.getKey(), lines)
            .hasSize(2);
      }
    }
  }

  @Test
  void eachTestThatFindsOneIsThere() throws IOException {
    for (Map.Entry<String, String> patch : patches().entrySet()) {
      Map<String, String> head = head(patch.getValue());
      String[] test = String.valueOf(head.get("Test")).split("#", 2);
      Path tests = DocsTest.TOP.resolve(head.get("Module")).resolve("src/test/java");
      try (Stream<Path> files = Files.walk(tests)) {
        List<Path> found = files.filter(path -> path.endsWith(test[0] + ".java")).toList();
        assertThat(found).as(patch.getKey()).hasSize(1);
        assertThat(Files.readString(found.get(0)))
            .as(patch.getKey())
            .contains(test.length == 1 ? "" : " " + test[1] + "(")
            .doesNotContain("@Disabled");
      }
    }
  }
}
