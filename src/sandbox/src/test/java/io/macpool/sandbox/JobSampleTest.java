package io.macpool.sandbox;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobSampleTest {

  @Test
  void ofTwentyBuiltInJobsFourteenPassFourFailAndTwoAreErrored() {
    Map<String, Long> expected =
        IntStream.range(0, 20)
            .mapToObj(i -> JobSample.builtIn(i).expected().orElseThrow())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

    assertThat(expected).isEqualTo(Map.of("passed", 14L, "failed", 4L, "errored", 2L));
  }

  @Test
  void aBodyCarriesItsIdQueueAndTimeAndKeepsTheRest() throws Exception {
    JsonNode body =
        JobSample.builtIn(0).body(42, "builds.q", Instant.parse("2026-11-21T10:00:00Z"));

    assertThat(body.at("/job/id").asLong()).isEqualTo(42);
    assertThat(body.at("/job/queued_at").asText()).isEqualTo("2026-11-21T10:00:00Z");
    assertThat(body.at("/job/branch").asText()).isEqualTo("main");
    assertThat(body.at("/queue").asText()).isEqualTo("builds.q");
  }

  @Test
  void aFileThatIsNotJsonIsRefusedWithItsNameAndLine(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("bad.json"), "{\n  \"config\": oops\n}");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobSample.fromFile(file))
        .withMessageContaining("bad.json is not JSON (line 2)");
  }

  @Test
  void aFileThatHoldsNoObjectOrIsNotThereIsRefused(@TempDir Path folder) throws Exception {
    Path list = Files.writeString(folder.resolve("list.json"), "[1]");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobSample.fromFile(list))
        .withMessageContaining("list.json")
        .withMessageContaining("no JSON object");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobSample.fromFile(folder.resolve("none.json")))
        .withMessageContaining("none.json can't be read");
  }

  @Test
  void anyFinishWillDoForAPayloadWithoutExpectation(@TempDir Path folder) throws Exception {
    JobSample own = JobSample.fromFile(Files.writeString(folder.resolve("own.json"), "{}"));

    assertThat(own.accepts("failed")).isTrue();
    assertThat(JobSample.builtIn(0).accepts("failed")).isFalse();
  }

  @Test
  void aLogMustHoldEachLineOnceAndMayRepeatThemOverSeveralRunsOnly() {
    JobSample sample = JobSample.forSoak(0);
    String whole = sample.lines().stream().map(line -> line + "\r\n").collect(joining());

    assertThat(sample.accepts("$ echo\r\n" + whole, false)).isTrue();
    assertThat(sample.accepts(whole + "step 3\r\n", false)).isFalse();
    assertThat(sample.accepts(whole + "step 3\r\n", true)).isTrue();
    assertThat(sample.accepts(whole.replace("step 3\r\n", ""), true)).isFalse();
  }
}
