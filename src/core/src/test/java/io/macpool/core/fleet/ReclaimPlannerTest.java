package io.macpool.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.ReclaimPlanner.Action;
import io.macpool.core.fleet.ReclaimPlanner.Evidence;
import io.macpool.core.fleet.ReclaimPlanner.Kind;
import io.macpool.core.fleet.ReclaimPlanner.Plan;
import io.macpool.core.fleet.ReclaimPlanner.Reason;
import io.macpool.core.fleet.ReclaimPlanner.Suspicion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A job has run for an hour; its machine shows no sign of having booted. */
class ReclaimPlannerTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration BOOT_CUTOFF = Duration.ofMinutes(5);
  private static final ReclaimPlanner.Policy POLICY =
      new ReclaimPlanner.Policy(
          Duration.ofHours(2),
          BOOT_CUTOFF,
          Duration.ofMinutes(3),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          10);
  private static final Machine SILENT =
      new Machine("i-1", "vm-9", PowerState.ON, List.of(), Optional.of("host-1"), Optional.empty());

  private static Instance instance(Health health) {
    Instant since = NOW.minus(Duration.ofHours(1));
    return new Instance(
        "i-1",
        InstancePhase.READY,
        Optional.of("xcode"),
        Ownership.of("ci"),
        Optional.of("host-1"),
        Instance.Size.AS_IMAGE,
        "alive",
        true,
        health,
        5,
        Optional.of("vm-1"),
        since,
        since,
        "answered");
  }

  private static Plan look(
      Machine machine, Set<String> settled, Map<String, Instance> closed, Instant now) {
    return ReclaimPlanner.plan(
        closed.isEmpty() ? List.of(instance(Health.PROVEN)) : List.of(),
        List.of(machine),
        Set.of(),
        new Evidence(1, settled, Set.of("host-1"), Set.of("alive"), NOW, closed, Set.of()),
        Map.of(),
        POLICY,
        now);
  }

  private static Machine cutByReboot() {
    return new Machine(
        "i-1",
        "vm-1",
        PowerState.OFF,
        List.of(),
        Optional.of("host-1"),
        Optional.empty(),
        Machine.Sign.named("i-1"),
        true);
  }

  @Test
  void whatItsHostsRebootHasEndedIsDestroyedAtTheFirstLook() {
    assertThat(look(cutByReboot(), Set.of("i-1"), Map.of(), NOW).actions())
        .containsExactly(new Action("i-1", Kind.DESTROY, Reason.VANISHED));
    Plan early = look(cutByReboot(), Set.of(), Map.of(), NOW);
    assertThat(early.actions()).as("seen before its record was written").isEmpty();
    assertThat(early.undecided()).isTrue();
  }

  @Test
  void whatARebootHasEndedDoesNotReturn() {
    Instance closed =
        instance(Health.PROVEN)
            .in(InstancePhase.GONE, ReclaimPlanner.VANISHED, Optional.empty(), NOW);
    assertThat(look(cutByReboot(), Set.of(), Map.of("i-1", closed), NOW).actions()).isEmpty();
    assertThat(look(SILENT, Set.of(), Map.of("i-1", closed), NOW).actions())
        .containsExactly(new Action("i-1", Kind.REOPEN, Reason.RETURNED));
  }

  private static Plan look(
      Health health, long confirmation, Map<String, Suspicion> suspects, Instant now) {
    return ReclaimPlanner.plan(
        List.of(instance(health)),
        List.of(SILENT),
        Set.of(),
        new Evidence(
            confirmation,
            Set.of("i-1"),
            Set.of("host-1"),
            Set.of("alive"),
            NOW,
            Map.of(),
            Set.of()),
        suspects,
        POLICY,
        now);
  }

  @Test
  void aSignThatIsMissingForAMomentEndsNoJob() {
    Plan first = look(Health.UNPROVEN, 1, Map.of(), NOW);
    assertThat(first.actions()).isEmpty();
    assertThat(first.suspects()).hasSize(1);
    Instant soon = NOW.plus(BOOT_CUTOFF).minusSeconds(1);
    assertThat(look(Health.UNPROVEN, 2, first.suspects(), soon).actions()).isEmpty();
    assertThat(look(Health.UNPROVEN, 1, first.suspects(), NOW.plus(BOOT_CUTOFF)).actions())
        .as("the same confirmation is no news")
        .isEmpty();
  }

  @Test
  void whatIsSeenWithoutASignForTheWholeTimeIsDestroyed() {
    Plan first = look(Health.UNPROVEN, 1, Map.of(), NOW);
    assertThat(look(Health.UNPROVEN, 2, first.suspects(), NOW.plus(BOOT_CUTOFF)).actions())
        .containsExactly(new Action("i-1", Kind.DESTROY, Reason.NOT_BOOTED));
  }

  @Test
  void whatHasAnsweredOnceHasBooted() {
    Plan first = look(Health.PROVEN, 1, Map.of(), NOW);
    assertThat(first.suspects()).isEmpty();
    assertThat(look(Health.PROVEN, 2, first.suspects(), NOW.plus(BOOT_CUTOFF)).actions()).isEmpty();
  }
}
