package io.macpool.sandbox.endurance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.sandbox.endurance.Reading.Measure;
import io.macpool.sandbox.endurance.SoakPart.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakStateTest {

  private static final Instant NOW = Instant.parse("2026-11-30T18:00:00Z");
  private static final String TERMS = "--hours 8 --seed 1";

  @TempDir private Path directory;

  private static SoakPart part(int number, long jobs, long lost) {
    return new SoakPart(
        number, NOW, Duration.ofMinutes(100), new Counts(jobs, 200, 3, lost, 0, 0, 0, 0, 0, 0));
  }

  private SoakState open() throws IOException {
    return SoakState.open(directory, TERMS);
  }

  @Test
  void partsOfSeveralProcessesAddUp() throws IOException {
    for (int i = 1; i <= 2; i++) {
      SoakState state = open();
      assertThat(state.begin(NOW)).isEqualTo(i);
      state.read(
          new Reading("worker", "w", Duration.ofMinutes(6L * i), Map.of(Measure.THREADS, 40.0)));
      state.end(part(i, 1_000, 0));
    }
    SoakState state = open();
    assertThat(state.fed()).isEqualTo(Duration.ofMinutes(200));
    assertThat(state.good()).isTrue();
    assertThat(state.text())
        .contains("parts: 2, and 0 broken off, which do not count: 2000 jobs in 3.3 h, 6 reset")
        .contains("worker", "(2 readings)")
        .endsWith("lost 0, false 0, leaked 0, overcommitted 0" + System.lineSeparator());
  }

  @Test
  void aPartThatWasBrokenOffDoesNotCount() throws IOException {
    open().begin(NOW);
    SoakState state = open();
    assertThat(state.begin(NOW)).isEqualTo(2);
    state.end(part(2, 10, 0));
    assertThat(open().text()).contains("parts: 1, and 1 broken off, which do not count: 10 jobs");
  }

  @Test
  void aLineThatWasBrokenOffIsForgottenAndOneInTheMiddleIsTold() throws IOException {
    SoakState state = open();
    state.begin(NOW);
    state.end(part(1, 10, 0));
    Path parts = directory.resolve("parts.jsonl");
    Files.writeString(parts, "{\"number\":2,\"at", StandardOpenOption.APPEND);
    assertThat(open().begin(NOW)).isEqualTo(2);
    assertThat(Files.readAllLines(parts)).hasSize(3);
    Files.writeString(parts, "nonsense\n" + Files.readString(parts));
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("line 1");
  }

  @Test
  void oneLostJobSpoilsAllOfIt() throws IOException {
    SoakState state = open();
    state.end(part(state.begin(NOW), 10, 1));
    state.end(part(state.begin(NOW), 10, 0));
    assertThat(open().good()).isFalse();
  }

  @Test
  void partsOfAnotherSoakAreNotAddedTo() throws IOException {
    open();
    assertThatThrownBy(() -> SoakState.open(directory, "--hours 8 --seed 2"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another soak (--hours 8 --seed 1)");
  }
}
