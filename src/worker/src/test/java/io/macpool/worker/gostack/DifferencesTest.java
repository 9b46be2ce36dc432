package io.macpool.worker.gostack;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.worker.gostack.Differences.Difference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/migrating.md shows the table of differences, whole; each is shown by a test that exists. */
class DifferencesTest {

  private static final Path TOP = Path.of("../..");
  private static final Path DOCUMENT = TOP.resolve("docs/migrating.md");
  private static final String BEGIN = "## What is different\n";

  /** Run with -Dmacpool.docs.write=true to write the section anew. */
  @Test
  void theDocumentShowsTheTable() throws IOException {
    StringBuilder section = new StringBuilder(BEGIN);
    section.append(
        """

        Each line is a decision, and a test shows it; `RecordedExchangesIT` plays what a Go worker \
        said to its neighbours during eight jobs against ours, field by field, and excuses nothing \
        that is not here. Settings have [a table of their own](configuration/go-stack.md).

        | name | about | Go stack | here | why | shown by |
        | --- | --- | --- | --- | --- | --- |
        """);
    for (Difference one : Differences.read().all()) {
      section.append(
          "| %s | %s | %s | %s | %s | `%s` |\n"
              .formatted(
                  one.name(),
                  one.subject(),
                  one.there(),
                  one.here(),
                  one.why(),
                  String.join("`, `", one.shownBy())));
    }
    String text = Files.readString(DOCUMENT);
    if (Boolean.getBoolean("macpool.docs.write")) {
      int at = text.indexOf(BEGIN);
      String before = at < 0 ? text + "\n" : text.substring(0, at);
      Files.writeString(DOCUMENT, before + section);
      text = Files.readString(DOCUMENT);
    }
    assertThat(text).endsWith(section);
  }

  @Test
  void everyReasonIsGivenAndEveryTestIsThere() throws IOException {
    Set<String> classes = testClasses();
    for (Difference one : Differences.read().all()) {
      assertThat(one.there()).as(one.name()).isNotBlank();
      assertThat(one.here()).as(one.name()).isNotBlank();
      assertThat(one.why()).as(one.name()).isNotBlank();
      assertThat(classes).as(one.name()).containsAll(one.shownBy());
    }
  }

  private static Set<String> testClasses() throws IOException {
    List<Path> modules = new ArrayList<>();
    for (Path parent : List.of(TOP, TOP.resolve("src"))) {
      try (Stream<Path> children = Files.list(parent)) {
        children.map(child -> child.resolve("src/test/java")).forEach(modules::add);
      }
    }
    Set<String> names = new HashSet<>();
    for (Path module : modules) {
      if (Files.isDirectory(module)) {
        try (Stream<Path> files = Files.walk(module)) {
          files.map(file -> file.getFileName().toString().replace(".java", "")).forEach(names::add);
        }
      }
    }
    return names;
  }
}
