package io.macpool.core.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.hygiene.HygieneSimulation.Figures;
import io.macpool.core.hygiene.HygieneSimulation.Scenario;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A hundred hosts for 90 days each time; {@code -Dhygiene.days=3650} makes that a thousand
 * host-years.
 */
class HygieneSimulationTest {

  private static final int DAYS = Integer.getInteger("hygiene.days", 90);

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void noHostIsUpForTooLongNoJobIsKilledAndTheShareHolds(Scenario scenario) {
    Figures figures = new HygieneSimulation(scenario, 7).run(Duration.ofDays(DAYS));
    System.out.println(scenario + " in " + DAYS + " days: " + figures);
    assertThat(figures.longestUptime()).isLessThanOrEqualTo(Duration.ofDays(45));
    assertThat(figures.killed()).isZero();
    assertThat(figures.leastInService()).isGreaterThanOrEqualTo(0.9);
    assertThat(figures.reboots()).isGreaterThan(HygieneSimulation.HOSTS);
  }
}
