package io.macpool.gitops.charts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.gitops.RepositoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Helm prints a whole number of a values file from a million on as 1e+06, in quotes too, unless the
 * template makes it an int. So each number of a schema is below that, or made one wherever it is
 * printed.
 */
class ChartNumbersTest {

  private static final long FIRST_WITH_AN_EXPONENT = 1_000_000;

  @ParameterizedTest
  @ValueSource(strings = {"jupiter-brain", "macstadium-worker", "worker-operator"})
  void noNumberIsPrintedWithAnExponent(String chart) throws IOException {
    Path directory = RepositoryTree.root().resolve("charts").resolve(chart);
    Map<String, Long> most = new TreeMap<>();
    numbers(
        new ObjectMapper().readTree(directory.resolve("values.schema.json").toFile()), "", most);
    assertThat(most).isNotEmpty();
    List<String> printed = printed(directory.resolve("templates"));
    most.forEach(
        (path, bound) -> {
          if (bound >= FIRST_WITH_AN_EXPONENT) {
            assertThat(printed)
                .filteredOn(action -> action.contains(".Values" + path))
                .as(path + " may be " + bound)
                .allMatch(action -> action.contains("int .Values") || action.contains("int64 "));
          }
        });
  }

  private static void numbers(JsonNode schema, String path, Map<String, Long> most) {
    if (schema.path("type").toString().contains("integer")) {
      most.put(path, schema.path("maximum").asLong(Long.MAX_VALUE));
    }
    for (var property : schema.path("properties").properties()) {
      numbers(property.getValue(), path + "." + property.getKey(), most);
    }
  }

  /** What stands between double braces. */
  private static List<String> printed(Path templates) throws IOException {
    List<String> actions = new ArrayList<>();
    try (Stream<Path> files = Files.walk(templates)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (String part : Files.readString(file).split("\\{\\{", -1)) {
          int end = part.indexOf("}}");
          if (end > 0) {
            actions.add(part.substring(0, end));
          }
        }
      }
    }
    return actions;
  }
}
