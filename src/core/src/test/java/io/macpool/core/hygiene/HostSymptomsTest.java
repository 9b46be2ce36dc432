package io.macpool.core.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import io.macpool.core.hygiene.HostFault.Cause;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostSymptomsTest {

  private static final Instant NOW = Instant.parse("2026-11-30T00:00:00Z");

  private static <T> Observed<T> unknown() {
    return Observed.unknown("nobody tells", NOW);
  }

  private static Optional<HostSymptoms.Row> row(int count) {
    return Optional.of(new HostSymptoms.Row(count, Optional.of("xcode"), NOW.minusSeconds(count)));
  }

  private static List<HostFault> faults(HostSymptoms symptoms) {
    return symptoms.faults(HygienePolicy.USUAL);
  }

  @Test
  void whatIsNotKnownIsNoFault() {
    assertThat(
            faults(
                new HostSymptoms(
                    Optional.empty(), Optional.empty(), 0, unknown(), unknown(), unknown(), NOW)))
        .isEmpty();
  }

  @Test
  void eachSymptomIsAFaultOfItsOwnOnceThereIsEnoughOfIt() {
    List<HostFault> faults =
        faults(
            new HostSymptoms(
                row(5),
                row(6),
                1,
                Observed.known(3.0, NOW),
                Observed.known(0.04, NOW),
                Observed.known(3, NOW),
                NOW));
    assertThat(faults)
        .extracting(HostFault::cause)
        .containsExactlyInAnyOrder(
            Cause.REFUSALS,
            Cause.SILENT_GUESTS,
            Cause.SHARED_ADDRESSES,
            Cause.SLOW_BOOTS,
            Cause.FREE_DISK,
            Cause.NO_NEW_CONNECTIONS);
    HostFault silent =
        faults.stream().filter(f -> f.cause() == Cause.SILENT_GUESTS).findFirst().orElseThrow();
    assertThat(silent.image()).contains("xcode");
    assertThat(silent.at()).as("as old as the last of them").isEqualTo(NOW.minusSeconds(6));
    assertThat(silent.reason()).isEqualTo("6 guests in a row never answered");
  }

  @Test
  void aLittleOfItIsNone() {
    assertThat(
            faults(
                new HostSymptoms(
                    row(4),
                    row(4),
                    0,
                    Observed.known(2.9, NOW),
                    Observed.known(0.05, NOW),
                    Observed.known(2, NOW),
                    NOW)))
        .isEmpty();
  }
}
