package io.macpool.brain.lifecycle.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.PowerState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ForeignBrokersTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration CUTOFF = Duration.ofHours(2);

  private final ForeignBrokers foreignBrokers = new ForeignBrokers("ours", CUTOFF);

  private static Machine machine(String name, String ledger, boolean inFolder, Duration up) {
    return new Machine(
        name,
        "vm-" + name,
        PowerState.ON,
        List.of(),
        Optional.of("host-1"),
        Optional.of(NOW.minus(up)),
        new Machine.Sign(
            name,
            Optional.of("uuid-" + name),
            Optional.ofNullable(ledger).map(id -> new Mark(id, name)),
            inFolder,
            true,
            false));
  }

  private static Inventory inventory(Machine... machines) {
    Identities identities = Identities.of("ours", List.of());
    return Inventory.of(1, Map.of(), Map.of(), Stream.of(machines).toList(), identities);
  }

  private static final Machine OURS = machine("ours", "ours", true, Duration.ZERO);
  private static final Machine UNMARKED = machine("unmarked", null, true, Duration.ZERO);

  @Test
  void whileAnotherBrokerLivesHereNothingWithoutOurMarkIsJudged() {
    Inventory shared =
        inventory(OURS, UNMARKED, machine("theirs", "theirs", true, Duration.ofHours(1)));
    foreignBrokers.look(shared, NOW);
    assertThat(foreignBrokers.untouchable(shared)).containsExactly("unmarked");
    assertThat(foreignBrokers.warning().orElseThrow()).contains("theirs=1");
    Inventory alone = inventory(OURS, UNMARKED);
    foreignBrokers.look(alone, NOW);
    assertThat(foreignBrokers.untouchable(alone)).isEmpty();
    assertThat(foreignBrokers.warning()).isEmpty();
  }

  @Test
  void whatIsLeftOfADeadBrokerOrLiesElsewhereIsNoNeighbour() {
    Inventory inventory =
        inventory(
            UNMARKED,
            machine("old", "theirs", true, CUTOFF.plusSeconds(1)),
            machine("elsewhere", "theirs", false, Duration.ofHours(1)));
    foreignBrokers.look(inventory, NOW);
    assertThat(foreignBrokers.untouchable(inventory)).isEmpty();
    assertThat(foreignBrokers.warning()).isEmpty();
  }
}
