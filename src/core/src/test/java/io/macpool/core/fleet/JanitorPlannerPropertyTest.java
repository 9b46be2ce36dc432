package io.macpool.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.JanitorPlanner.Policy;
import io.macpool.core.fleet.JanitorPlanner.Reason;
import io.macpool.core.fleet.JanitorPlanner.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class JanitorPlannerPropertyTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration CUTOFF = Duration.ofHours(2);
  private static final Duration SHORT = Duration.ofMinutes(5);
  private static final Policy ALL = new Policy(CUTOFF, SHORT, 1_000);

  private static Optional<Instant> ago(int minutes) {
    return minutes < 0 ? Optional.empty() : Optional.of(NOW.minusSeconds(minutes * 60L));
  }

  @Provide
  Arbitrary<List<FoundMachine>> machines() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 30),
            Arbitraries.of(PowerState.class),
            Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(1, Arbitraries.just(true)),
                net.jqwik.api.Tuple.of(9, Arbitraries.just(false))),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(-50, 300),
            Arbitraries.integers().between(-50, 300))
        .as(
            (number, power, image, reporting, booted, created) ->
                new FoundMachine(
                    "i-" + number,
                    "vm-" + number,
                    power,
                    image,
                    reporting,
                    power == PowerState.ON ? ago(booted) : Optional.empty(),
                    ago(created)))
        .list()
        .ofMaxSize(20)
        .uniqueElements(FoundMachine::ref);
  }

  @Provide
  Arbitrary<Map<String, Instance>> records() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 30),
            Arbitraries.of(
                InstancePhase.REQUESTED,
                InstancePhase.CLONED,
                InstancePhase.READY,
                InstancePhase.RECLAIMING),
            Arbitraries.of(Ownership.WARM, Ownership.UNKNOWN, Ownership.of("ci")),
            Arbitraries.integers().between(0, 300))
        .as(
            (number, phase, ownership, age) ->
                new Instance(
                    "i-" + number,
                    phase,
                    Optional.of("xcode"),
                    ownership,
                    Optional.of("host-1"),
                    Instance.Size.AS_IMAGE,
                    "broker",
                    true,
                    Health.UNPROVEN,
                    1,
                    Optional.of("vm-" + number),
                    ago(age).orElseThrow(),
                    ago(age).orElseThrow(),
                    "test"))
        .list()
        .ofMaxSize(20)
        .uniqueElements(Instance::id)
        .map(all -> all.stream().collect(Collectors.toMap(Instance::id, Function.identity())));
  }

  @Property
  void imagesWarmOnesAndThoseBeingMadeStay(
      @ForAll("machines") List<FoundMachine> machines,
      @ForAll("records") Map<String, Instance> records) {
    for (Verdict verdict : JanitorPlanner.plan(machines, records, ALL, NOW)) {
      Optional<Instance> instance = Optional.ofNullable(records.get(verdict.machine().name()));
      if (verdict.machine().image()
          || instance.filter(i -> i.isWarm() || i.phase().isBeingMade()).isPresent()) {
        assertThat(verdict.goes()).as(verdict.toString()).isFalse();
      }
    }
  }

  @Property
  void nothingGoesBeforeItsTime(
      @ForAll("machines") List<FoundMachine> machines,
      @ForAll("records") Map<String, Instance> records) {
    for (Verdict verdict : JanitorPlanner.plan(machines, records, ALL, NOW)) {
      if (verdict.goes() && verdict.reason() != Reason.DECIDED) {
        Duration limit = verdict.reason() == Reason.OVERDUE ? CUTOFF : SHORT;
        assertThat(verdict.since()).as(verdict.toString()).isPresent();
        assertThat(verdict.since().get().plus(limit)).isBeforeOrEqualTo(NOW);
        Optional<Instance> instance = Optional.ofNullable(records.get(verdict.machine().name()));
        instance.ifPresent(i -> assertThat(i.createdAt().plus(limit)).isBeforeOrEqualTo(NOW));
      }
    }
  }

  @Property
  void everyMachineIsJudgedOnceAndTheOrderOfTheInputDoesNotMatter(
      @ForAll("machines") List<FoundMachine> machines,
      @ForAll("records") Map<String, Instance> records,
      @ForAll long seed) {
    List<Verdict> plan = JanitorPlanner.plan(machines, records, ALL, NOW);
    assertThat(plan).extracting(Verdict::machine).containsExactlyInAnyOrderElementsOf(machines);
    List<FoundMachine> shuffled = new ArrayList<>(machines);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(JanitorPlanner.plan(shuffled, records, ALL, NOW)).isEqualTo(plan);
  }

  @Property
  void theBudgetBoundsAndPrefersTheOldest(
      @ForAll("machines") List<FoundMachine> machines,
      @ForAll("records") Map<String, Instance> records,
      @ForAll @net.jqwik.api.constraints.IntRange(max = 10) int budget) {
    long wanted = count(JanitorPlanner.plan(machines, records, ALL, NOW));
    List<Verdict> plan =
        JanitorPlanner.plan(machines, records, new Policy(CUTOFF, SHORT, budget), NOW);
    assertThat(count(plan)).isEqualTo(Math.min(wanted, budget));
    Instant latest =
        plan.stream()
            .filter(Verdict::goes)
            .flatMap(v -> v.since().stream())
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
    assertThat(plan)
        .filteredOn(Verdict::postponed)
        .allMatch(v -> !v.since().orElseThrow().isBefore(latest));
  }

  private static long count(List<Verdict> plan) {
    return plan.stream().filter(Verdict::goes).count();
  }

  @Example
  void eachRuleInItsPlainestCase() {
    assertThat(only(PowerState.ON, true, ago(121), ago(130))).isEqualTo(Reason.OVERDUE);
    assertThat(only(PowerState.ON, true, ago(119), ago(130))).isEqualTo(Reason.YOUNG);
    assertThat(only(PowerState.ON, false, Optional.empty(), ago(6))).isEqualTo(Reason.NOT_BOOTED);
    assertThat(only(PowerState.ON, true, Optional.empty(), ago(6))).isEqualTo(Reason.YOUNG);
    assertThat(only(PowerState.OFF, false, Optional.empty(), ago(6)))
        .isEqualTo(Reason.SWITCHED_OFF);
    assertThat(only(PowerState.OFF, false, Optional.empty(), ago(4))).isEqualTo(Reason.YOUNG);
    assertThat(only(PowerState.OFF, false, Optional.empty(), Optional.empty()))
        .isEqualTo(Reason.AGE_UNKNOWN);
    assertThat(only(PowerState.SUSPENDED, false, ago(999), ago(999))).isEqualTo(Reason.SUSPENDED);
  }

  private static Reason only(
      PowerState power, boolean reporting, Optional<Instant> booted, Optional<Instant> created) {
    FoundMachine machine = new FoundMachine("a", "vm-1", power, false, reporting, booted, created);
    return JanitorPlanner.plan(List.of(machine), Map.of(), ALL, NOW).get(0).reason();
  }
}
