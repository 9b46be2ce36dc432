package io.macpool.core.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import io.macpool.core.hygiene.HostCondition.Probed;
import io.macpool.core.hygiene.HostHygienePlanner.Plan;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import io.macpool.core.hygiene.HostRepair.Phase;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostHygienePlannerTest {

  private static final HygienePolicy POLICY = HygienePolicy.USUAL;

  private final Map<String, HostCondition> hosts = new TreeMap<>();
  private Instant now = Instant.parse("2026-03-01T00:00:00Z");
  private State state = State.NONE;

  @BeforeEach
  void twentyYoungHosts() {
    for (int i = 10; i < 30; i++) {
      put(up("h-" + i, Duration.ofDays(1)));
    }
  }

  private HostCondition up(String id, Duration uptime) {
    return new HostCondition(
        id,
        "pool",
        Optional.of("24G90"),
        2,
        Observed.known(true, now),
        Optional.empty(),
        Observed.known(now.minus(uptime), now),
        Observed.known(0, now),
        List.of(),
        Optional.empty());
  }

  private void put(HostCondition host) {
    hosts.put(host.id(), host);
  }

  /** What changes of a host; the rest stays. */
  private static final class Draft {
    private Observed<Boolean> reachable;
    private Optional<String> setAside;
    private Observed<Instant> bootTime;
    private Observed<Integer> occupants;
    private List<HostFault> faults;
    private Optional<Probed> probe;
  }

  private static HostCondition changed(HostCondition host, Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.reachable = host.reachable();
    draft.setAside = host.setAside();
    draft.bootTime = host.bootTime();
    draft.occupants = host.occupants();
    draft.faults = host.faults();
    draft.probe = host.probe();
    change.accept(draft);
    return new HostCondition(
        host.id(),
        host.pool(),
        host.build(),
        host.slots(),
        draft.reachable,
        draft.setAside,
        draft.bootTime,
        draft.occupants,
        draft.faults,
        draft.probe);
  }

  private static HostCondition with(HostCondition host, Observed<Integer> occupants) {
    return changed(host, draft -> draft.occupants = occupants);
  }

  private static HostCondition booted(HostCondition host, Observed<Instant> boot) {
    return changed(host, draft -> draft.bootTime = boot);
  }

  private static HostCondition aside(HostCondition host, String why) {
    return changed(host, draft -> draft.setAside = Optional.of(why));
  }

  private static HostCondition unseen(HostCondition host, Instant since) {
    return changed(
        host,
        draft -> {
          draft.reachable = Observed.known(false, since);
          draft.bootTime = Observed.unknown("lost", since);
          draft.occupants = Observed.unknown("lost", since);
        });
  }

  private static HostCondition probed(HostCondition host, Probed probe) {
    return changed(host, draft -> draft.probe = Optional.of(probe));
  }

  private HostCondition faulty(HostCondition host) {
    HostFault fault =
        new HostFault(HostFault.Cause.REFUSALS, Optional.of("xcode"), now, "it refused 5 creates");
    return changed(host, draft -> draft.faults = List.of(fault));
  }

  private List<HygieneAction> plan() {
    Plan plan = HostHygienePlanner.plan(hosts.values(), state, POLICY, now);
    state = plan.next();
    return plan.actions();
  }

  private HostCondition host(String id) {
    return hosts.get(id);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  /** A fault on a host until it is asked to reboot. */
  private void askFor(String id) {
    put(faulty(host(id)));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Drain.class);
    pass(Duration.ofSeconds(10));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.AskReboot.class);
  }

  private void reboot(String id) {
    pass(Duration.ofMinutes(5));
    put(booted(host(id), Observed.known(now, now)));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Probe.class);
    pass(Duration.ofMinutes(1));
  }

  private void repair(String id) {
    askFor(id);
    reboot(id);
    put(probed(host(id), new Probed(true, now, "")));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.TakeBack.class);
    pass(HygienePolicy.HEALTHY_FOR);
    assertThat(plan()).isEmpty();
    assertThat(state.repairs().get(id).phase()).isEqualTo(Phase.REPAIRED);
  }

  private void holds(String reason) {
    assertThat(plan())
        .singleElement()
        .satisfies(
            action -> {
              assertThat(action).isInstanceOf(HygieneAction.Hold.class);
              assertThat(action.reason()).contains(reason);
            });
  }

  @Test
  void aFaultThatReturnsSoonWaitsForLongerEachTime() {
    repair("h-10");
    pass(Duration.ofMinutes(10));
    put(faulty(host("h-10")));
    holds("not again before");
    pass(Duration.ofHours(1));
    put(faulty(host("h-10")));
    repair("h-10");
    assertThat(state.repairs().get("h-10").failures()).isEqualTo(1);
    pass(Duration.ofMinutes(90));
    put(faulty(host("h-10")));
    holds("not again before");
    pass(Duration.ofMinutes(30));
    put(faulty(host("h-10")));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Drain.class);
    assertThat(state.repairs().get("h-10").isRelapse()).as("a person is told").isTrue();
  }

  @Test
  void aRepairThatHelpedIsForgotten() {
    repair("h-10");
    pass(POLICY.retryAfter().plus(HygienePolicy.RELAPSE_WITHIN));
    assertThat(plan()).isEmpty();
    assertThat(state.repairs()).isEmpty();
  }

  @Test
  void aPoolOfWhichNoHostMayBeOutSaysSo() {
    hosts.clear();
    for (int i = 10; i < 13; i++) {
      put(up("h-" + i, Duration.ofDays(1)));
    }
    put(faulty(host("h-10")));
    holds("0 of 6 slots may be out of service at a time, and it has 2");
  }

  @Test
  void aHostWhoseJobDoesNotEndHoldsUpNoOtherForLong() {
    put(with(faulty(host("h-10")), Observed.known(1, now)));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Drain.class);
    put(faulty(host("h-11")));
    assertThat(plan()).allMatch(HygieneAction.Hold.class::isInstance).hasSize(2);
    pass(POLICY.drainLimit());
    put(faulty(host("h-11")));
    assertThat(plan())
        .filteredOn(HygieneAction.Drain.class::isInstance)
        .singleElement()
        .satisfies(action -> assertThat(action.host()).isEqualTo("h-11"));
  }

  @Test
  void aHostThatHasLeftThePoolHoldsUpNoOther() {
    askFor("h-10");
    hosts.remove("h-10");
    askFor("h-11");
  }

  @Test
  void leavesAHealthyPoolAlone() {
    assertThat(plan()).isEmpty();
    assertThat(state).isEqualTo(State.NONE);
  }

  @Test
  void repairsAHostStepByStepAndDoublesTheWidthsOfItsDomains() {
    repair("h-10");
    assertThat(state.widths())
        .containsEntry(new FailureDomain(FailureDomain.Kind.POOL, "pool"), 2)
        .containsEntry(new FailureDomain(FailureDomain.Kind.IMAGE, "xcode"), 2)
        .containsEntry(new FailureDomain(FailureDomain.Kind.MACOS_BUILD, "24G90"), 2)
        .containsEntry(new FailureDomain(FailureDomain.Kind.CAUSE, "refusals"), 2)
        .hasSize(4);
  }

  @Test
  void asksForNoRebootWhileAnythingRunsOrMayRunThere() {
    put(with(faulty(host("h-10")), Observed.known(1, now)));
    plan();
    pass(Duration.ofDays(3));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Hold.class);
    put(with(host("h-10"), Observed.unknown("not seen", now)));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Hold.class);
    put(with(host("h-10"), Observed.known(0, now)));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.AskReboot.class);
  }

  @Test
  void asksASecondTimeOnlyAfterTheLimitAndRestsTheHostInTheEnd() {
    askFor("h-10");
    List<Integer> attempts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      pass(Duration.ofMinutes(1));
      plan().stream()
          .filter(HygieneAction.AskReboot.class::isInstance)
          .forEach(ask -> attempts.add(((HygieneAction.AskReboot) ask).attempt()));
      if (state.repairs().get("h-10").phase() == Phase.FAILED) {
        break;
      }
    }
    assertThat(attempts).containsExactly(2, 3);
    assertThat(state.repairs().get("h-10").phase()).isEqualTo(Phase.FAILED);
    assertThat(state.repairs().get("h-10").asks()).isEqualTo(3);
  }

  @Test
  void anAnswerProvesNoRebootButAChangedBootTimeDoes() {
    askFor("h-10");
    pass(Duration.ofMinutes(10));
    Instant boot = host("h-10").bootTime().toOptional().orElseThrow();
    put(booted(host("h-10"), Observed.known(boot.plusSeconds(20), now))); // clocks differ
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Hold.class);
    put(booted(host("h-10"), Observed.known(now, now)));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Probe.class);
  }

  @Test
  void aProbeThatFailsMakesTheWidthsOneAgain() {
    repair("h-10");
    askFor("h-11");
    reboot("h-11");
    put(probed(host("h-11"), new Probed(false, now, "no answer")));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Rest.class);
    assertThat(state.widths()).isEmpty();
    assertThat(state.repairs().get("h-11").phase()).isEqualTo(Phase.FAILED);
    pass(POLICY.retryAfter());
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Drain.class);
  }

  @Test
  void repairsOneFirstWhenTheSameImageFailsEverywhereAndTakesItBackWhenThatDoesNotHelp() {
    hosts.replaceAll((id, host) -> faulty(host));
    assertThat(plan()).filteredOn(HygieneAction.Drain.class::isInstance).hasSize(1);
    pass(Duration.ofMinutes(1));
    plan();
    pass(Duration.ofMinutes(5));
    put(booted(host("h-10"), Observed.known(now, now)));
    plan();
    pass(Duration.ofMinutes(1));
    put(probed(host("h-10"), new Probed(false, now, "no answer")));
    List<HygieneAction> actions = plan();
    assertThat(actions.get(0)).isInstanceOf(HygieneAction.TakeBack.class);
    assertThat(state.repairs().get("h-10").phase()).isEqualTo(Phase.EXCUSED);
    // Never none: the next one is tried.
    assertThat(actions).filteredOn(HygieneAction.Drain.class::isInstance).hasSize(1);
  }

  @Test
  void holdsEverythingWhileTooManyHostsCannotBeSeen() {
    askFor("h-10");
    hosts.replaceAll((id, host) -> id.equals("h-10") ? host : unseen(host, now));
    pass(Duration.ofDays(2));
    State before = state;
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Hold.class);
    assertThat(state).isEqualTo(before);
  }

  @Test
  void aHostWhoseBootTimeIsUnknownIsNotRepaired() {
    put(booted(faulty(host("h-10")), Observed.unknown("vCenter does not tell", now)));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.Hold.class);
    assertThat(state).isEqualTo(State.NONE);
  }

  @Test
  void aHostThatAPersonCordonedIsTheirs() {
    put(faulty(host("h-10")));
    plan();
    put(aside(host("h-10"), "cordoned by ops"));
    assertThat(plan()).containsExactly(new HygieneAction.Hold("h-10", "cordoned by ops"));
    assertThat(state.repairs()).isEmpty();
  }

  @Test
  void placesNothingOnAHostAfterDay49EvenWhenNoMoreMayBeOut() {
    for (int i = 10; i < 15; i++) {
      put(up("h-" + i, HygienePolicy.NO_PLACEMENT_AFTER));
    }
    assertThat(plan())
        .filteredOn(HygieneAction.Rest.class::isInstance)
        .extracting(HygieneAction::host)
        .containsExactly("h-10", "h-11", "h-12", "h-13", "h-14");
    // They are out: their repair takes nothing more away.
    assertThat(plan()).filteredOn(HygieneAction.Drain.class::isInstance).hasSize(1);
  }

  @Test
  void hostsThatBootedTogetherAreRebootedOneAfterTheOtherAndInTime() {
    hosts.clear();
    for (int i = 10; i < 30; i++) {
      put(up("h-" + i, POLICY.maximumUptime().minus(Duration.ofHours(6 * 20 - 1))));
    }
    assertThat(plan())
        .containsExactly(new HygieneAction.Drain("h-10", "it has been up for 37 days"));
    pass(Duration.ofSeconds(10));
    assertThat(plan()).singleElement().isInstanceOf(HygieneAction.AskReboot.class);
  }

  @Test
  void rebootsForUptimeWaitForTheWindowButNotBeyondTheMaximum() {
    HygienePolicy weekly =
        new HygienePolicy(
            POLICY.maximumUptime(),
            Optional.of(
                new MaintenanceWindow(DayOfWeek.SUNDAY, LocalTime.of(2, 0), Duration.ofHours(4))),
            POLICY.minimumShare(),
            POLICY.atOnce(),
            POLICY.refusals(),
            POLICY.repairTime(),
            POLICY.drainLimit(),
            POLICY.rebootLimit(),
            POLICY.mostAsks(),
            POLICY.retryAfter());
    put(up("h-10", Duration.ofDays(38)));
    assertThat(HostHygienePlanner.plan(hosts.values(), state, weekly, now).actions()).isEmpty();
    now = now.plus(Duration.ofHours(3)); // a Sunday
    assertThat(HostHygienePlanner.plan(hosts.values(), state, weekly, now).actions())
        .singleElement()
        .isInstanceOf(HygieneAction.Drain.class);
    now = now.plus(Duration.ofDays(4));
    assertThat(HostHygienePlanner.plan(hosts.values(), state, weekly, now).actions())
        .singleElement()
        .isInstanceOf(HygieneAction.Drain.class);
  }

  @Test
  void aFaultFromBeforeTheBootIsGoneWithIt() {
    put(faulty(host("h-10")));
    pass(Duration.ofHours(1));
    put(booted(host("h-10"), Observed.known(now.minusSeconds(60), now)));
    assertThat(plan()).isEmpty();
  }
}
