package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Micrometer's Prometheus registry takes some meters without a word and then exposes another, or
 * none, or fails each scrape: names and tags that lead there are not ours.
 */
class MeterNamesTest {

  private static final Pattern METER =
      Pattern.compile(
          "(?:(?:Gauge|Counter|Timer|Summary)\\.builder|\\.(?:counter|gauge|timer|summary))\\(\\s*"
              + "\"([a-z]+(?:\\.[a-z]+)+)\"");
  private static final Pattern TAG =
      Pattern.compile("(?:\\.tag|Tag\\.of|Tags\\.of)\\(\\s*\"([^\"]+)\"");
  private static final Pattern CUT_OFF = Pattern.compile(".*\\.(total|created|bucket|info)");
  private static final Pattern MADE_OF_ANOTHER =
      Pattern.compile("(.*?)(\\.seconds)?\\.(max|count|sum)");

  private static final Pattern COUNTED =
      Pattern.compile(
          "\\.counter\\(\\s*+\"([a-z.]+)\"((?:,\\s*+\"[a-z.]+\",\\s*+[^,()]++(?:\\([^()]*+\\))?+)*+)\\)");
  private static final Pattern TAG_AND_VALUE =
      Pattern.compile(",\\s*\"([a-z.]+)\",\\s*(?:\"[^\"]*\"|[^,\"]+)");

  private static String sources() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("../.."))) {
      for (Path file :
          files
              .filter(path -> path.toString().contains("/src/main/java/"))
              .filter(path -> !path.toString().contains("/target/"))
              .filter(path -> path.toString().endsWith(".java"))
              .toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void noNameLosesItsEnd() throws IOException {
    assertThat(found(METER, sources()))
        .hasSizeGreaterThan(20)
        .contains("instance.create", "worker.jobs.running")
        .noneMatch(name -> CUT_OFF.matcher(name).matches());
  }

  @Test
  void noNameIsWhatATimerMakesOfAnother() throws IOException {
    Set<String> names = found(METER, sources());
    assertThat(names)
        .noneMatch(
            name -> {
              var made = MADE_OF_ANOTHER.matcher(name);
              return made.matches() && names.contains(made.group(1));
            });
  }

  @Test
  void noTagIsOneThatHistogramsHave() throws IOException {
    assertThat(found(TAG, sources()))
        .doesNotContain("le", "quantile")
        .noneMatch(tag -> tag.contains("."));
  }

  /** Of two meters with one name and other keys the second is not exposed. */
  @Test
  void aNameHasTheSameTagsWhereverItIsCounted() throws IOException {
    Map<String, Set<List<String>>> keys = new TreeMap<>();
    for (MatchResult call : COUNTED.matcher(sources()).results().toList()) {
      List<String> names = new ArrayList<>();
      TAG_AND_VALUE.matcher(call.group(2)).results().forEach(tag -> names.add(tag.group(1)));
      keys.computeIfAbsent(call.group(1), name -> new HashSet<>()).add(names);
    }
    assertThat(keys).containsKeys("instance.destroy", "reconcile.actions");
    assertThat(keys.values()).allMatch(tags -> tags.size() == 1);
  }
}
