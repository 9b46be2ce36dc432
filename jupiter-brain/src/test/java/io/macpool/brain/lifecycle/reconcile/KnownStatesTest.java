package io.macpool.brain.lifecycle.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KnownStatesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instance REQUESTED =
      Instance.requested("a", "macos", Ownership.of("ci"), Instance.Size.AS_IMAGE, "broker", NOW);

  private final KnownStates states = new KnownStates();

  @Test
  void anInventoryCountsForWhatWasKnownBeforeItWasAskedFor() {
    states.read(List.of(REQUESTED), 10);
    assertThat(states.before(10)).isEmpty();
    assertThat(states.before(11)).containsExactly("a");
  }

  @Test
  void aChangeIsKnownFromWhenItWasReadAndNotAgainWithEachRead() {
    Instance ready = REQUESTED.in(InstancePhase.READY, "on", Optional.of("vm-1"), NOW);
    states.read(List.of(REQUESTED), 10);
    states.read(List.of(ready), 20);
    states.read(List.of(ready), 30);
    assertThat(states.before(15)).isEmpty();
    assertThat(states.before(25)).containsExactly("a");
    states.read(List.of(), 40);
    assertThat(states.before(50)).isEmpty();
  }
}
