package io.macpool.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettlementPlannerTest {

  private static JobLimits afterFailures(int prior) {
    return new JobLimits(
        Arrays.stream(Timer.values())
            .collect(Collectors.toMap(timer -> timer, timer -> Duration.ofMinutes(1))),
        1_000,
        prior,
        3,
        false,
        false);
  }

  private static Settlement settle(int prior) {
    return SettlementPlanner.settle(new Outcome.InstanceFailed("no room"), afterFailures(prior));
  }

  @Test
  void aJobThatFailsToStartIsGivenBackUntilTheLimit() {
    assertThat(settle(0).verdict()).isEqualTo(Verdict.RESET);
    assertThat(settle(1).verdict()).isEqualTo(Verdict.RESET);
    assertThat(settle(2).verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(settle(2).lastLine())
        .hasValueSatisfying(line -> assertThat(line).contains("3. time"));
  }

  /** A payload or another worker may say anything: the job must not go round for ever by it. */
  @ParameterizedTest
  @ValueSource(ints = {3, 1_000_000, Integer.MAX_VALUE})
  void aCountBeyondTheLimitGivesTheJobUp(int prior) {
    assertThat(settle(prior).verdict()).isEqualTo(Verdict.ERRORED);
  }
}
