package io.macpool.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

  private static final Measurement FAST =
      Measurement.of("part.fast", 500, "1/s").against("the old way", 4).atLeastTimes(100);
  private static final Measurement SLOW = Measurement.of("part.slow", 30, "ms").atMost(20);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path directory;

  private record Fixed(String name, List<Measurement> figures, Exception failure)
      implements Benchmark {
    @Override
    public String about() {
      return "for this test";
    }

    @Override
    public void run(Report report) throws Exception {
      figures.forEach(report::add);
      if (failure != null) {
        throw failure;
      }
    }
  }

  private int run(Benchmark benchmark, String... arguments) {
    return new CommandLine(
            new Main(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                List.of(benchmark, new Fixed("partial", List.of(), null))))
        .execute(arguments);
  }

  @Test
  void figuresAreRowsWithTheirRatiosAndWhetherGoalsAreMet() {
    assertThat(run(new Fixed("part.one", List.of(FAST, SLOW), null))).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8).lines().map(s -> s.replaceAll(" +", " ")))
        .contains(
            "part.fast 500 1/s 4 125x >= 100x yes the old way", "part.slow 30 ms - - <= 20 NO")
        .anyMatch(line -> line.startsWith("2 figures") && line.contains("1 short of their goal"));
  }

  @Test
  void aFailureKeepsWhatWasMeasuredAndIsTheExitStatus() {
    var failing = new Fixed("part.one", List.of(FAST), new IOException("the peer is gone"));

    assertThat(run(failing)).isEqualTo(1);

    assertThat(out.toString(StandardCharsets.UTF_8)).contains("part.fast");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("failed: part.one", "peer is gone");
  }

  @Test
  void aNameChoosesByWholeParts() {
    assertThat(run(new Fixed("part.one", List.of(FAST), null), "part", "--list")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8)).contains("part.one").doesNotContain("partial");
  }

  @Test
  void anUnknownNameIsRefusedBeforeAnythingRuns() {
    assertThat(run(new Fixed("part.one", List.of(FAST), null), "part", "prat")).isEqualTo(2);

    assertThat(err.toString(StandardCharsets.UTF_8)).contains("nothing is named prat", "--list");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aFileTakesTheFigures() throws IOException {
    Path file = directory.resolve("run.json");

    assertThat(run(new Fixed("part.one", List.of(FAST), null), "--json", file.toString())).isZero();

    JsonNode figure = new ObjectMapper().readTree(Files.readString(file)).at("/measurements/0");
    assertThat(figure.at("/name").asText()).isEqualTo("part.fast");
    assertThat(figure.at("/ratio").asDouble()).isEqualTo(125);
    assertThat(figure.at("/met").asBoolean()).isTrue();
  }

  @Test
  void aFileThatCannotBeWrittenIsRefusedBeforeAnythingRuns() {
    String file = directory.resolve("missing/run.json").toString();

    assertThat(run(new Fixed("part.one", List.of(FAST), null), "--json", file)).isEqualTo(2);

    assertThat(err.toString(StandardCharsets.UTF_8)).contains("does not exist");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
