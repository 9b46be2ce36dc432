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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ReclaimPlannerPropertyTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Set<String> ALIVE = Set.of("alive");
  private static final Set<String> HOSTS = Set.of("host-1");
  private static final ReclaimPlanner.Policy POLICY = policy(1_000);

  private static ReclaimPlanner.Policy policy(int budget) {
    return new ReclaimPlanner.Policy(
        Duration.ofHours(2),
        Duration.ofMinutes(5),
        Duration.ofMinutes(3),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        budget);
  }

  @Provide
  Arbitrary<List<Instance>> records() {
    Arbitrary<Instance> record =
        Combinators.combine(
                Arbitraries.integers().between(0, 30),
                Arbitraries.of(
                    InstancePhase.REQUESTED,
                    InstancePhase.CLONED,
                    InstancePhase.READY,
                    InstancePhase.RECLAIMING),
                Arbitraries.of(Ownership.WARM, Ownership.UNKNOWN, Ownership.of("ci")),
                Arbitraries.of("alive", "dead"),
                Arbitraries.of(true, false),
                Arbitraries.of(Optional.<String>empty(), Optional.of("vm-1")),
                Arbitraries.integers().between(0, 10_000))
            .as(
                (id, phase, ownership, broker, confirmed, ref, age) ->
                    new Instance(
                        "i-" + id,
                        phase,
                        Optional.of("xcode"),
                        ownership,
                        Optional.of("host-1"),
                        Instance.Size.AS_IMAGE,
                        broker,
                        confirmed,
                        Health.UNPROVEN,
                        1,
                        ref,
                        NOW.minusSeconds(age),
                        NOW.minusSeconds(age),
                        "test"));
    return record.list().ofMaxSize(20).uniqueElements(Instance::id);
  }

  @Provide
  Arbitrary<List<Machine>> machines() {
    Arbitrary<Machine> machine =
        Combinators.combine(
                Arbitraries.integers().between(0, 30),
                Arbitraries.of(PowerState.class),
                Arbitraries.of(List.<Endpoint>of(), List.of(Endpoint.of("10.0.0.1"))),
                Arbitraries.integers().between(0, 10_000).optional())
            .as(
                (id, power, endpoints, up) ->
                    new Machine(
                        "i-" + id,
                        "vm-" + id,
                        power,
                        endpoints,
                        Optional.of("host-1"),
                        up.map(NOW::minusSeconds)));
    return machine.list().ofMaxSize(20).uniqueElements(Machine::name);
  }

  private static Plan plan(
      List<Instance> records,
      List<Machine> machines,
      Set<String> inHand,
      Map<String, Suspicion> suspects) {
    return ReclaimPlanner.plan(
        records, machines, inHand, evidence(2, records), suspects, POLICY, NOW);
  }

  /** All records are older than the confirmation, and nothing that is there was ever closed. */
  private static Evidence evidence(long confirmation, List<Instance> records) {
    return new Evidence(
        confirmation, ids(records), HOSTS, ALIVE, Instant.EPOCH, Map.of(), Set.of());
  }

  private static Set<String> ids(List<Instance> records) {
    return records.stream().map(Instance::id).collect(Collectors.toSet());
  }

  @Property
  void whatIsInHandIsLeftAloneAndNobodyIsJudgedTwice(
      @ForAll("records") List<Instance> records,
      @ForAll("machines") List<Machine> machines,
      @ForAll Set<Integer> hand) {
    Set<String> inHand = hand.stream().map(i -> "i-" + i % 31).collect(Collectors.toSet());
    Plan plan = plan(records, machines, inHand, Map.of());
    List<String> names = plan.actions().stream().map(Action::name).toList();
    assertThat(names).doesNotHaveDuplicates().noneMatch(inHand::contains);
  }

  /** Else it would wait for news, which may not come for the length of a poll. */
  @Property
  void whatIsTooRecentForTheConfirmationAwaitsAnother(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Evidence old = new Evidence(2, Set.of(), HOSTS, ALIVE, Instant.EPOCH, Map.of(), Set.of());
    Plan tooEarly = ReclaimPlanner.plan(records, machines, Set.of(), old, Map.of(), POLICY, NOW);
    assertThat(tooEarly.suspects()).isEmpty();
    assertThat(tooEarly.undecided())
        .isEqualTo(!plan(records, machines, Set.of(), Map.of()).suspects().isEmpty());
  }

  @Property
  void aLivingOwnersRunningYoungInstanceIsNeverTouched(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Map<String, Suspicion> everythingSuspected =
        suspicions(records, machines, NOW.minus(Duration.ofHours(1)));
    Plan plan = plan(records, machines, Set.of(), everythingSuspected);
    Set<String> booted =
        machines.stream()
            .filter(m -> m.power() == PowerState.ON && !m.endpoints().isEmpty())
            .map(Machine::name)
            .collect(Collectors.toSet());
    Set<String> safe =
        records.stream()
            .filter(i -> i.phase() == InstancePhase.READY && i.confirmed())
            .filter(i -> i.createdAt().isAfter(NOW.minus(POLICY.cutoff())))
            .map(Instance::id)
            .filter(booted::contains)
            .collect(Collectors.toSet());
    assertThat(plan.actions()).extracting(Action::name).noneMatch(safe::contains);
  }

  /** Whoever was told when an instance expires can rely on it, both ways. */
  @Property
  void anInstanceIsOverdueFromItsExpiryOnAndNotBefore(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Set<String> overdue =
        plan(records, machines, Set.of(), Map.of()).actions().stream()
            .filter(action -> action.reason() == Reason.OVERDUE)
            .map(Action::name)
            .collect(Collectors.toSet());
    for (Instance instance : records) {
      machines.stream()
          .filter(m -> m.name().equals(instance.id()))
          .filter(m -> m.power() == PowerState.ON || m.power() == PowerState.SUSPENDED)
          .filter(m -> instance.phase() == InstancePhase.READY && instance.confirmed())
          .forEach(
              machine ->
                  assertThat(overdue.contains(instance.id()))
                      .isEqualTo(
                          instance
                              .expiresAt(Optional.of(machine), POLICY.cutoff())
                              .filter(end -> !end.isAfter(NOW))
                              .isPresent()));
    }
  }

  private static Map<String, Suspicion> suspicions(
      List<Instance> records, List<Machine> machines, Instant since) {
    Set<String> states = new HashSet<>();
    records.forEach(i -> states.add(i.id() + " " + i.changedAt()));
    machines.forEach(m -> states.add(m.name() + " " + NOW));
    return states.stream()
        .flatMap(state -> List.of(Reason.values()).stream().map(reason -> reason + " " + state))
        .collect(Collectors.toMap(s -> s, s -> new Suspicion(since, 1)));
  }

  @Property
  void oneLookNeverCondemnsWhatIsMissingOrUnknown(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Plan first = plan(records, machines, Set.of(), Map.of());
    assertThat(first.actions())
        .extracting(Action::reason)
        .doesNotContain(
            Reason.ORPHAN,
            Reason.VANISHED,
            Reason.SWITCHED_OFF,
            Reason.UNCLAIMED,
            Reason.NOT_BOOTED);
    assertThat(first.actions()).extracting(Action::kind).doesNotContain(Kind.FORGET);
  }

  /** However often one confirmation is looked at, it is one. */
  @Property
  void oneConfirmationNeverCondemnsWhatIsMissingOrUnknown(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Plan first = plan(records, machines, Set.of(), Map.of());
    Plan again =
        ReclaimPlanner.plan(
            records,
            machines,
            Set.of(),
            evidence(2, records),
            first.suspects(),
            POLICY,
            NOW.plus(Duration.ofMinutes(1)));
    assertThat(again.actions())
        .extracting(Action::reason)
        .doesNotContain(Reason.VANISHED, Reason.SWITCHED_OFF, Reason.UNCLAIMED, Reason.NOT_BOOTED);
    assertThat(again.actions()).extracting(Action::kind).doesNotContain(Kind.FORGET);
  }

  @Property
  void whatChangedAfterTheConfirmationIsNotJudgedByIt(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Evidence old = new Evidence(3, Set.of(), HOSTS, ALIVE, Instant.EPOCH, Map.of(), Set.of());
    Plan plan =
        ReclaimPlanner.plan(
            records,
            machines,
            Set.of(),
            old,
            suspicions(records, machines, NOW.minus(Duration.ofHours(1))),
            POLICY,
            NOW);
    assertThat(plan.actions()).extracting(Action::kind).doesNotContain(Kind.FORGET);
    assertThat(plan.actions())
        .extracting(Action::reason)
        .doesNotContain(Reason.SWITCHED_OFF, Reason.UNCLAIMED, Reason.NOT_BOOTED);
  }

  @Property
  void whatVsphereCantReachIsJudgedByNothing(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    List<Machine> unreachable =
        machines.stream()
            .map(
                m ->
                    new Machine(
                        m.name(),
                        m.ref(),
                        PowerState.UNKNOWN,
                        List.of(),
                        m.host(),
                        Optional.empty(),
                        new Machine.Sign(
                            "/vmfs/a.vmx", Optional.empty(), Optional.empty(), true, false, false)))
            .toList();
    Set<String> ready =
        records.stream()
            .filter(i -> i.phase() == InstancePhase.READY)
            .map(Instance::id)
            .filter(id -> machines.stream().anyMatch(m -> m.name().equals(id)))
            .collect(Collectors.toSet());
    Plan plan =
        plan(
            records,
            unreachable,
            Set.of(),
            suspicions(records, machines, NOW.minus(Duration.ofHours(1))));
    assertThat(plan.actions()).extracting(Action::name).noneMatch(ready::contains);
  }

  /** vCenter may show no host at all for a while after its own restart. */
  @Property
  void whatIsMissingWithItsHostIsHeldUntilItsTimeIsOver(@ForAll("records") List<Instance> records) {
    Plan plan =
        ReclaimPlanner.plan(
            records,
            List.of(),
            Set.of(),
            new Evidence(
                2, ids(records), Set.of("host-2"), ALIVE, Instant.EPOCH, Map.of(), Set.of()),
            suspicions(records, List.of(), NOW.minus(Duration.ofHours(1))),
            POLICY,
            NOW);
    Set<String> held =
        records.stream()
            .filter(i -> i.phase() == InstancePhase.READY)
            .filter(
                i ->
                    i.expiresAt(Optional.empty(), POLICY.cutoff())
                        .filter(end -> end.isAfter(NOW))
                        .isPresent())
            .map(Instance::id)
            .collect(Collectors.toSet());
    assertThat(plan.actions()).extracting(Action::name).noneMatch(held::contains);
  }

  /** Its slot is taken meanwhile: it may be out of sight, and run. */
  @Property
  void whatWasThereIsMissingForItsWholeTimeBeforeItsRecordIsClosed(
      @ForAll("records") List<Instance> records) {
    Instant lately = NOW.minus(POLICY.absence()).plusSeconds(1);
    Plan plan =
        ReclaimPlanner.plan(
            records,
            List.of(),
            Set.of(),
            evidence(2, records),
            suspicions(records, List.of(), lately),
            POLICY,
            NOW);
    Set<String> there =
        records.stream()
            .filter(i -> i.ref().isPresent())
            .map(Instance::id)
            .collect(Collectors.toSet());
    assertThat(plan.actions()).extracting(Action::name).noneMatch(there::contains);
  }

  @Property
  void aCopyOfWhatIsClosedIsLeftAlone(
      @ForAll("records") List<Instance> closed,
      @ForAll("machines") List<Machine> machines,
      @ForAll boolean vanished) {
    String reason = vanished ? ReclaimPlanner.VANISHED : "deleted";
    Map<String, Instance> gone =
        closed.stream()
            .map(i -> i.shownBy("vm-1", Optional.of("its own")))
            .map(i -> i.in(InstancePhase.GONE, reason, Optional.empty(), NOW.minusSeconds(60)))
            .collect(Collectors.toMap(Instance::id, i -> i));
    List<Machine> copies =
        machines.stream()
            .map(
                m ->
                    new Machine(
                        m.name(),
                        m.ref(),
                        m.power(),
                        m.endpoints(),
                        m.host(),
                        m.bootedAt(),
                        new Machine.Sign(
                            "copy",
                            Optional.of("another"),
                            Optional.of(new Mark("ours", m.name())),
                            false,
                            true,
                            false)))
            .toList();
    Plan first = unrecorded(1, gone, copies, Map.of(), NOW);
    Plan second = unrecorded(2, gone, copies, first.suspects(), NOW.plus(POLICY.grace()));
    assertThat(second.actions()).extracting(Action::name).noneMatch(gone::containsKey);
  }

  /** In a time in which we were deaf ourselves nobody was silent. */
  @Property
  void nobodyIsUnclaimedBeforeOwnersCouldBeHeardForTheirWholeTime(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Evidence deaf =
        new Evidence(3, ids(records), HOSTS, ALIVE, NOW.minusSeconds(29), Map.of(), Set.of());
    Plan plan =
        ReclaimPlanner.plan(
            records,
            machines,
            Set.of(),
            deaf,
            suspicions(records, machines, NOW.minus(Duration.ofHours(1))),
            POLICY,
            NOW);
    assertThat(plan.actions()).extracting(Action::reason).doesNotContain(Reason.UNCLAIMED);
  }

  @Property
  void whatOnlyADestroyedRecordExplainsGoesAtTheSecondConfirmation(
      @ForAll("records") List<Instance> closed, @ForAll("machines") List<Machine> machines) {
    Map<String, Instance> gone =
        closed.stream()
            .map(i -> i.in(InstancePhase.GONE, "orphan", Optional.empty(), NOW.minusSeconds(60)))
            .collect(Collectors.toMap(Instance::id, i -> i));
    Plan first = unrecorded(1, gone, machines, Map.of(), NOW);
    assertThat(first.actions()).extracting(Action::kind).doesNotContain(Kind.DESTROY);
    Plan second = unrecorded(2, gone, machines, first.suspects(), NOW.plus(POLICY.grace()));
    assertThat(second.actions())
        .filteredOn(a -> a.kind() == Kind.DESTROY)
        .extracting(Action::name)
        .containsExactlyInAnyOrderElementsOf(
            machines.stream().map(Machine::name).filter(gone::containsKey).toList());
  }

  @Property
  void whatWentFromSightComesBackAsItWas(
      @ForAll("records") List<Instance> closed, @ForAll("machines") List<Machine> machines) {
    Map<String, Instance> gone =
        closed.stream()
            .map(i -> i.in(InstancePhase.GONE, ReclaimPlanner.VANISHED, Optional.empty(), NOW))
            .collect(Collectors.toMap(Instance::id, i -> i));
    assertThat(unrecorded(1, gone, machines, Map.of(), NOW).actions())
        .hasSameSizeAs(machines)
        .allMatch(a -> a.kind() == (gone.containsKey(a.name()) ? Kind.REOPEN : Kind.ADOPT));
  }

  private static Plan unrecorded(
      long confirmation,
      Map<String, Instance> closed,
      List<Machine> machines,
      Map<String, Suspicion> suspects,
      Instant now) {
    Evidence evidence =
        new Evidence(confirmation, Set.of(), HOSTS, ALIVE, Instant.EPOCH, closed, Set.of());
    return ReclaimPlanner.plan(List.of(), machines, Set.of(), evidence, suspects, POLICY, now);
  }

  @Property
  void decisionsAreCarriedOutWhateverTheBudget(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Plan plan =
        ReclaimPlanner.plan(
            records,
            machines,
            Set.of(),
            evidence(2, records),
            suspicions(records, machines, NOW.minusSeconds(60)),
            policy(0),
            NOW);
    Set<String> existing = machines.stream().map(Machine::name).collect(Collectors.toSet());
    List<String> decided =
        records.stream()
            .filter(i -> i.phase() == InstancePhase.RECLAIMING && existing.contains(i.id()))
            .map(Instance::id)
            .toList();
    assertThat(plan.actions())
        .filteredOn(a -> a.kind() == Kind.DESTROY)
        .extracting(Action::name)
        .containsExactlyInAnyOrderElementsOf(decided);
  }

  /** What may be another broker's goes only if that was decided before it was known. */
  @Property
  void whatMayBeAnotherBrokersIsJudgedByNothing(
      @ForAll("records") List<Instance> records, @ForAll("machines") List<Machine> machines) {
    Set<String> all = machines.stream().map(Machine::name).collect(Collectors.toSet());
    Plan plan =
        ReclaimPlanner.plan(
            records,
            machines,
            Set.of(),
            new Evidence(2, ids(records), HOSTS, ALIVE, Instant.EPOCH, Map.of(), all),
            suspicions(records, machines, NOW.minus(Duration.ofHours(1))),
            POLICY,
            NOW);
    assertThat(plan.actions())
        .filteredOn(action -> action.kind() == Kind.DESTROY)
        .extracting(Action::reason)
        .isSubsetOf(Reason.DECIDED, Reason.ABANDONED);
  }

  @Property
  void theOrderOfInputDoesNotMatter(
      @ForAll("records") List<Instance> records,
      @ForAll("machines") List<Machine> machines,
      @ForAll Random random) {
    List<Instance> otherRecords = new ArrayList<>(records);
    List<Machine> otherMachines = new ArrayList<>(machines);
    Collections.shuffle(otherRecords, random);
    Collections.shuffle(otherMachines, random);
    assertThat(plan(otherRecords, otherMachines, Set.of(), Map.of()))
        .isEqualTo(plan(records, machines, Set.of(), Map.of()));
  }

  /** Ours are on record before they exist: what is not was lost from the record, or is not ours. */
  @Property
  void strangersAreAdopted(@ForAll("machines") List<Machine> machines) {
    Plan plan = plan(List.of(), machines, Set.of(), Map.of());
    assertThat(plan.actions()).hasSameSizeAs(machines).allMatch(a -> a.kind() == Kind.ADOPT);
  }
}
