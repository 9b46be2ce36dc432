package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.fleet.lease.Lease;
import io.macpool.core.fleet.placement.SlotMovePlanner;
import io.macpool.core.hygiene.FailureDomain;
import io.macpool.core.hygiene.HostFault;
import io.macpool.core.hygiene.HostHygienePlanner.Plan;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import io.macpool.core.hygiene.HostRepair;
import io.macpool.core.hygiene.HygieneAction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the broker relies on in its ledger: true of the embedded database, of PostgreSQL, and of the
 * simulation's tables in memory. A closed ledger that is opened again holds what it held.
 */
abstract class LedgerContract {

  static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  /**
   * Opens it, empty at first in each test.
   *
   * @param clock by which it stamps what is recorded; empty if that is the database's own
   */
  abstract Ledger open(Optional<Clock> clock);

  final Ledger open() {
    return open(Optional.of(CLOCK));
  }

  private static Instance intent(String id) {
    return Instance.requested(
        id, "xcode", Ownership.of("ci"), Instance.Size.AS_IMAGE, "broker-1", NOW);
  }

  private static Instance intent(UUID id, String owner) {
    return Instance.requested(
        id.toString(), "xcode", Ownership.of(owner), Instance.Size.AS_IMAGE, "broker-1", NOW);
  }

  /** What an owner is handed over, if anything waits; nothing is made. */
  static Optional<Instance> claim(Ledger ledger, String owner, Optional<String> key) {
    Instance wanted =
        Instance.requested(
            "made for " + owner,
            "xcode",
            Ownership.of(owner),
            Instance.Size.AS_IMAGE,
            "broker-1",
            NOW);
    Reservation<String> answer =
        ledger
            .reserve(
                List.of(new Intent(wanted, key, true, Integer.MAX_VALUE)),
                (use, wanting) -> List.of(new Reservation.Choice.None<>("nothing waits")))
            .get(0);
    return answer instanceof Reservation.HandedOver<String> given
        ? Optional.of(given.instance())
        : Optional.empty();
  }

  static boolean happens(Ledger ledger, String id, InstanceEvent event, String reason) {
    return ledger.advance(Transition.of(id, event, reason)).happened();
  }

  private static Reservation<String> reserve(Ledger ledger, String id, Optional<String> key) {
    return ledger.reserve(List.of(new Intent(intent(id), key)), LedgerContract::onFirstHost).get(0);
  }

  /** As many as fit on host-1, in their order. */
  private static List<Reservation.Choice<String>> onFirstHost(SlotUse use, List<Instance> wanted) {
    int free = use.slots().getOrDefault("host-1", 0) - use.taken().getOrDefault("host-1", 0);
    List<Reservation.Choice<String>> choices = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      choices.add(
          i < free
              ? new Reservation.Choice.Host<>("host-1")
              : new Reservation.Choice.None<>("full"));
    }
    return choices;
  }

  @Test
  void aSlotIsHeldFromIntentToGone() {
    try (Ledger ledger = open()) {
      assertThat(ledger.hasHistory()).isFalse();
      ledger.syncSlots(Set.of("host-1"), 2);
      assertThat(reserve(ledger, "a", Optional.empty())).isInstanceOf(Reservation.Made.class);
      assertThat(reserve(ledger, "b", Optional.empty())).isInstanceOf(Reservation.Made.class);
      assertThat(reserve(ledger, "c", Optional.empty())).isInstanceOf(Reservation.Refused.class);
      assertThat(ledger.find("c")).isEmpty();
      assertThat(ledger.slotUse().creating()).isEqualTo(2);

      assertThat(happens(ledger, "a", InstanceEvent.DELETED, "no need")).isTrue();
      assertThat(reserve(ledger, "c", Optional.empty())).isInstanceOf(Reservation.Refused.class);
      assertThat(happens(ledger, "a", InstanceEvent.DESTROYED, "no need")).isTrue();
      assertThat(reserve(ledger, "c", Optional.empty())).isInstanceOf(Reservation.Made.class);
      assertThat(ledger.live()).extracting(Instance::id).containsExactly("b", "c");
      assertThat(ledger.history("a")).hasSize(3);
    }
  }

  @Test
  void aSlotFollowsAndWhoFindsNoneTakesUpRoomAllTheSame() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1", "host-2"), 1);
      reserve(ledger, "a", Optional.empty());
      assertThat(moved(ledger, Map.of("a", "host-2")))
          .singleElement()
          .satisfies(instance -> assertThat(instance.host()).contains("host-2"));
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 0).containsEntry("host-2", 1);
      assertThat(moved(ledger, Map.of("a", "host-2"))).isEmpty();

      reserve(ledger, "b", Optional.empty());
      moved(ledger, Map.of("a", "host-1", "b", "host-1"));
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 2).containsEntry("host-2", 0);
      happens(ledger, "a", InstanceEvent.DELETED, "done");
      happens(ledger, "a", InstanceEvent.DESTROYED, "done");
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 1);
      assertThat(reserve(ledger, "c", Optional.empty())).isInstanceOf(Reservation.Refused.class);
      moved(ledger, Map.of("b", "host-1"));
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 1);
      happens(ledger, "b", InstanceEvent.DELETED, "done");
      happens(ledger, "b", InstanceEvent.DESTROYED, "done");
      assertThat(reserve(ledger, "c", Optional.empty())).isInstanceOf(Reservation.Made.class);
    }
  }

  private static List<Instance> moved(Ledger ledger, Map<String, String> seenOn) {
    return ledger.move((holdings, slots) -> SlotMovePlanner.plan(holdings, seenOn, slots));
  }

  /** By the database's clock: replicas whose own clocks differ by hours all live. */
  @Test
  void whoLivesIsToldByOneClock() {
    Duration trust = Duration.ofSeconds(10);
    Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
    Clock behind = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
    try (Ledger ledger = open(Optional.of(behind))) {
      ledger.heartbeat("behind", trust);
      ledger.renew(new Lease("ci", "worker-1", behind.instant(), trust));
    }
    try (Ledger ledger = open(Optional.of(ahead))) {
      Heartbeat heartbeat = ledger.heartbeat("ahead", trust);
      assertThat(heartbeat.living()).contains("ahead", "behind");
      ledger.renew(new Lease("ci", "worker-2", ahead.instant(), trust));
      assertThat(ledger.leases())
          .hasSize(2)
          .allSatisfy(
              lease ->
                  assertThat(Duration.between(lease.renewedAt(), heartbeat.now()).abs())
                      .isLessThan(trust));
    }
    try (Ledger ledger = open(Optional.empty())) {
      Heartbeat heartbeat = ledger.heartbeat("ours", trust);
      assertThat(Duration.between(heartbeat.now(), ledger.clock().instant()).abs())
          .isLessThan(trust);
    }
  }

  @Test
  void whatVanishedIsItsOwnersWhenItIsBackAndNothingElseIs() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 1);
      reserve(ledger, "a", Optional.empty());
      ledger.advance(Transition.of("a", InstanceEvent.STARTED, "on").withRef("vm-1"));
      ledger.identify(
          List.of(ledger.find("a").orElseThrow().shownBy("vm-2", Optional.of("uuid-1"))));
      Instance seen = ledger.find("a").orElseThrow();
      assertThat(seen.ref()).contains("vm-2");
      assertThat(seen.uuid()).contains("uuid-1");
      ledger.advance(Transition.of("a", InstanceEvent.VANISHED, "vanished").asSeen(seen.version()));
      assertThat(ledger.closed(Set.of("a", "b"))).extracting(Instance::id).containsExactly("a");
      assertThat(ledger.reopen("a"))
          .hasValueSatisfying(
              back -> {
                assertThat(back.phase()).isEqualTo(InstancePhase.READY);
                assertThat(back.ownership()).isEqualTo(seen.ownership());
                assertThat(back.version()).isGreaterThan(seen.version());
              });
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 1);
      assertThat(reserve(ledger, "b", Optional.empty())).isInstanceOf(Reservation.Refused.class);
      assertThat(ledger.reopen("a")).as("it is open").isEmpty();
      happens(ledger, "a", InstanceEvent.DELETED, "done");
      happens(ledger, "a", InstanceEvent.DESTROYED, "done");
      assertThat(ledger.reopen("a")).as("it was destroyed").isEmpty();
      assertThat(ledger.reopen("nobody")).isEmpty();
    }
  }

  @Test
  void aCordonHoldsForTheSameMacUnderAnotherId() {
    try (Ledger ledger = open()) {
      ledger.cordon("host-1", Optional.of(new Cordon(Cordon.Kind.CORDONED, "new disk")));
      Host mac = new Host("host-1", "mac-1", true, false, Set.of(), Optional.of("hardware-1"));
      ledger.cordonFollows("host-1", mac);
      assertThat(ledger.cordoned()).containsEntry("host-1", mac.body());
      Host again = new Host("host-9", "mac-1", true, false, Set.of(), Optional.of("hardware-1"));
      ledger.cordonFollows("host-1", again);
      assertThat(ledger.cordons()).containsOnlyKeys("host-9");
      String id = ledger.id();
      assertThat(id).isNotBlank();
    }
  }

  private static Plan repairs(HostRepair.Phase phase, HygieneAction... actions) {
    HostFault fault =
        new HostFault(HostFault.Cause.REFUSALS, Optional.of("xcode"), NOW, "it refuses creates");
    Set<FailureDomain> domains = FailureDomain.of("host-1", "pool", Optional.of("24G90"), fault);
    HostRepair repair =
        new HostRepair(
            "host-1", phase, fault, domains, Optional.of(NOW), 1, 2, NOW, NOW.plusSeconds(60));
    return new Plan(
        List.of(actions),
        new State(
            Map.of("host-1", repair),
            Map.of(new FailureDomain(FailureDomain.Kind.IMAGE, "xcode"), 4)));
  }

  @Test
  void aPlanForTheHostsIsKeptOnceWithItsCordon() {
    try (Ledger ledger = open()) {
      HygieneRecord first = ledger.hygiene();
      assertThat(first.state()).isEqualTo(State.NONE);
      Plan plan = repairs(HostRepair.Phase.DRAINING);
      assertThat(ledger.keep(first, plan)).isTrue();
      assertThat(ledger.keep(first, plan)).as("by another replica").isFalse();
      assertThat(ledger.hygiene().state()).isEqualTo(plan.next());
      assertThat(ledger.cordons().get("host-1").by()).contains(Ledger.HYGIENE);
      assertThat(ledger.keep(ledger.hygiene(), repairs(HostRepair.Phase.WATCHED))).isTrue();
      assertThat(ledger.cordons()).isEmpty();
    }
  }

  @Test
  void aPersonsCordonIsNeitherReplacedNorLiftedByHygiene() {
    try (Ledger ledger = open()) {
      ledger.cordon("host-1", Optional.of(new Cordon(Cordon.Kind.CORDONED, "new disk")));
      assertThat(ledger.keep(ledger.hygiene(), repairs(HostRepair.Phase.DRAINING))).isTrue();
      assertThat(ledger.cordons().get("host-1").reason()).isEqualTo("new disk");
      assertThat(ledger.keep(ledger.hygiene(), new Plan(List.of(), State.NONE))).isTrue();
      assertThat(ledger.cordons()).containsKey("host-1");
    }
  }

  @Test
  void noRebootIsOnRecordWhileAnythingIsOnTheHostOrItIsNotKeptFree() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      Plan reboot =
          repairs(
              HostRepair.Phase.REBOOTING, new HygieneAction.AskReboot("host-1", 1, "it refuses"));
      assertThat(ledger.keep(ledger.hygiene(), reboot)).as("it is not cordoned").isFalse();
      reserve(ledger, "a", Optional.empty());
      assertThat(ledger.keep(ledger.hygiene(), repairs(HostRepair.Phase.DRAINING))).isTrue();
      assertThat(ledger.keep(ledger.hygiene(), reboot)).as("an instance is on it").isFalse();
      happens(ledger, "a", InstanceEvent.DELETED, "done");
      assertThat(ledger.keep(ledger.hygiene(), reboot)).as("it is being destroyed").isFalse();
      happens(ledger, "a", InstanceEvent.DESTROYED, "done");
      assertThat(ledger.keep(ledger.hygiene(), reboot)).isTrue();
    }
  }

  @Test
  void phasesMoveForwardOnlyAndOnce() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      reserve(ledger, "a", Optional.empty());
      assertThat(
              ledger
                  .advance(Transition.of("a", InstanceEvent.MADE, "cloned").withRef("vm-1"))
                  .now())
          .hasValueSatisfying(i -> assertThat(i.ref()).contains("vm-1"));
      assertThat(happens(ledger, "a", InstanceEvent.DELETED, "deleted")).isTrue();
      assertThat(happens(ledger, "a", InstanceEvent.STARTED, "too late")).isFalse();
      assertThat(happens(ledger, "a", InstanceEvent.DELETED, "twice")).isFalse();
      assertThat(ledger.find("a").orElseThrow().reason()).isEqualTo("deleted");
      assertThat(happens(ledger, "unknown", InstanceEvent.STARTED, "what?")).isFalse();
    }
  }

  @Test
  void aKeyGivesTheSameInstanceWhileItLives() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      Optional<String> key = Optional.of("job-1");
      reserve(ledger, "a", key);
      assertThat(reserve(ledger, "b", key))
          .isInstanceOfSatisfying(
              Reservation.Repeated.class,
              repeated -> assertThat(repeated.instance().id()).isEqualTo("a"));
      happens(ledger, "a", InstanceEvent.DELETED, "gone soon");
      assertThat(reserve(ledger, "b", key)).isInstanceOf(Reservation.Made.class);
      assertThat(ledger.findByKey("ci", "job-1")).map(Instance::id).contains("b");
    }
  }

  /** Else one key would have two once it returns. */
  @Test
  void whatAKeyGaveBeforeItGaveAnotherDoesNotReturn() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      Optional<String> key = Optional.of("job-1");
      reserve(ledger, "a", key);
      happens(ledger, "a", InstanceEvent.STARTED, "switched on");
      Instance seen = ledger.find("a").orElseThrow();
      ledger.advance(Transition.of("a", InstanceEvent.VANISHED, "vanished").asSeen(seen.version()));
      assertThat(reserve(ledger, "b", key)).isInstanceOf(Reservation.Made.class);
      assertThat(ledger.reopen("a")).isEmpty();
    }
  }

  /** Both replicas that make one key's instance do so: the second must not fail at the first. */
  @Test
  void whatIsUnderALeaseMayBePutThereAgain() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 1);
      reserve(ledger, "a", Optional.empty());
      ledger.renew(new Lease("ci", "worker-1", NOW, Duration.ofMinutes(1)));
      ledger.lease("a", "ci", "worker-1");
      assertThatCode(() -> ledger.lease("a", "ci", "worker-1")).doesNotThrowAnyException();
      assertThat(ledger.leased("ci", "worker-1")).containsExactly("a");
    }
  }

  @Test
  void whoAsksTogetherIsServedAsOneAfterAnother() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 3);
      Optional<String> key = Optional.of("job-1");
      reserve(ledger, "a", key);
      List<Reservation<String>> answers =
          ledger.reserve(
              List.of(
                  new Intent(intent("again"), key),
                  new Intent(intent("b"), Optional.of("job-2")),
                  new Intent(intent("twice"), Optional.of("job-2")),
                  new Intent(intent("c"), Optional.empty()),
                  new Intent(intent("d"), Optional.of("job-3")),
                  new Intent(intent("twice refused"), Optional.of("job-3"))),
              LedgerContract::onFirstHost);
      assertThat(answers)
          .extracting(LedgerContract::outcome)
          .containsExactly(
              "repeated a", "made b", "repeated b", "made c", "refused full", "refused full");
      assertThat(ledger.live()).extracting(Instance::id).containsExactly("a", "b", "c");
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 3);
      assertThat(ledger.findByKey("ci", "job-2")).map(Instance::id).contains("b");
      assertThat(ledger.findByKey("someone else", "job-2")).isEmpty();
      assertThat(reserve(ledger, "e", Optional.of("job-3")))
          .isInstanceOf(Reservation.Refused.class);
    }
  }

  private static String outcome(Reservation<String> reservation) {
    if (reservation instanceof Reservation.Made<String> made) {
      return "made " + made.instance().id();
    }
    return reservation instanceof Reservation.Repeated<String> repeated
        ? "repeated " + repeated.instance().id()
        : "refused " + ((Reservation.Refused<String>) reservation).reason();
  }

  @Test
  void aReservationThatExceedsWhatIsFreeLeavesNothing() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 1);
      List<Intent> two =
          List.of(
              new Intent(intent("a"), Optional.of("k")), new Intent(intent("b"), Optional.empty()));
      assertThatThrownBy(
              () ->
                  ledger.reserve(
                      two,
                      (use, wanted) ->
                          List.of(
                              new Reservation.Choice.Host<String>("host-1"),
                              new Reservation.Choice.Host<String>("host-1"))))
          .hasMessageContaining("no free slot");
      assertThat(ledger.live()).isEmpty();
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 0);
      assertThat(ledger.findByKey("ci", "k")).isEmpty();
    }
  }

  @Test
  void manyMoveOnTogetherEachByItsOwnPhase() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 3);
      List.of("a", "b", "c").forEach(id -> reserve(ledger, id, Optional.empty()));
      happens(ledger, "b", InstanceEvent.DELETED, "deleted");
      List<Transition.Outcome> outcomes =
          ledger.advance(
              List.of(
                  Transition.of("c", InstanceEvent.STARTED, "switched on"),
                  Transition.of("unknown", InstanceEvent.STARTED, "what?"),
                  Transition.of("b", InstanceEvent.MADE, "too late"),
                  Transition.of("a", InstanceEvent.MADE, "cloned").withRef("vm-1")));
      assertThat(outcomes)
          .extracting(Transition.Outcome::happened)
          .containsExactly(true, false, false, true);
      assertThat(outcomes.get(0).now()).map(Instance::phase).contains(InstancePhase.READY);
      assertThat(outcomes.get(1).now()).isEmpty();
      assertThat(outcomes.get(2).now()).map(Instance::phase).contains(InstancePhase.RECLAIMING);
      assertThat(outcomes.get(3).now())
          .isEqualTo(ledger.find("a"))
          .get()
          .extracting(Instance::ref)
          .isEqualTo(Optional.of("vm-1"));
      happens(ledger, "a", InstanceEvent.DELETED, "deleted");
      ledger.advance(
          List.of(
              Transition.of("a", InstanceEvent.DESTROYED, "gone"),
              Transition.of("b", InstanceEvent.DESTROYED, "gone")));
      assertThat(ledger.slotUse().taken()).containsEntry("host-1", 1);
      assertThat(ledger.live()).extracting(Instance::id).containsExactly("c");
      assertThat(ledger.history("b")).hasSize(3);
      assertThat(ledger.purge(NOW.plusSeconds(1), 10_000, Set.of())).isEqualTo(2);
    }
  }

  @Test
  void aWarmInstanceIsClaimedOnce() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      Instance warm =
          Instance.requested("w", "xcode", Ownership.WARM, Instance.Size.AS_IMAGE, "broker-1", NOW);
      ledger.reserve(List.of(new Intent(warm, Optional.empty())), LedgerContract::onFirstHost);
      assertThat(claim(ledger, "ci", Optional.empty())).isEmpty();
      happens(ledger, "w", InstanceEvent.STARTED, "switched on");
      assertThat(happens(ledger, "w", InstanceEvent.CONFIRMED, "asked for")).isFalse();
      assertThat(claim(ledger, "ci", Optional.empty())).isEmpty();
      assertThat(happens(ledger, "w", InstanceEvent.ANSWERED, "answers")).isTrue();
      assertThat(happens(ledger, "unknown", InstanceEvent.ANSWERED, "answers")).isFalse();
      assertThat(claim(ledger, "ci", Optional.of("k")))
          .hasValueSatisfying(i -> assertThat(i.owner()).contains("ci"));
      assertThat(claim(ledger, "other", Optional.empty())).isEmpty();
      assertThat(ledger.findByKey("ci", "k")).isPresent();
      assertThat(happens(ledger, "w", InstanceEvent.RETIRED, "too old")).isFalse();
      assertThat(happens(ledger, "w", InstanceEvent.ANSWERED, "answers")).isFalse();
      assertThat(happens(ledger, "w", InstanceEvent.CONFIRMED, "told")).isTrue();
      assertThat(happens(ledger, "w", InstanceEvent.GIVEN_UP, "not told")).isFalse();
    }
  }

  @Test
  void aKeyStandsForOneRequest() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 4);
      Optional<String> key = Optional.of("job-1");
      reserve(ledger, "a", key);
      Intent other =
          new Intent(
              Instance.requested(
                  "b", "other", Ownership.of("ci"), Instance.Size.AS_IMAGE, "broker-1", NOW),
              key);
      assertThat(ledger.reserve(List.of(other), LedgerContract::onFirstHost).get(0))
          .isEqualTo(
              new Reservation.Denied<String>(
                  Reservation.Denial.KEY_REUSED,
                  "the key was used for another image or size; use a new key"));
      List<Reservation<String>> together =
          ledger.reserve(
              List.of(
                  new Intent(intent("c"), Optional.of("job-2")),
                  new Intent(other.instance(), Optional.of("job-2"))),
              LedgerContract::onFirstHost);
      assertThat(together.get(0)).isInstanceOf(Reservation.Made.class);
      assertThat(together.get(1)).isInstanceOf(Reservation.Denied.class);
    }
  }

  @Test
  void whoIsToldAgainKeepsWhatItGot() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      Optional<String> key = Optional.of("job-1");
      reserve(ledger, "a", key);
      happens(ledger, "a", InstanceEvent.STARTED, "switched on");
      assertThat(reserve(ledger, "b", key))
          .isInstanceOfSatisfying(
              Reservation.Repeated.class,
              repeated -> assertThat(repeated.instance().confirmed()).isTrue());
      assertThat(happens(ledger, "a", InstanceEvent.GIVEN_UP, "timeout")).isFalse();
    }
  }

  /** Whoever may not have more takes no place from others, and is told so where there is none. */
  @Test
  void whoIsOverItsQuotaTakesNoPlaceFromThoseWhoAskWithIt() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      List<Reservation<String>> answers =
          ledger.reserve(
              Stream.of("greedy", "greedy", "greedy", "modest", "late", "greedy")
                  .map(owner -> new Intent(intent(UUID.randomUUID(), owner), Optional.empty()))
                  .toList(),
              1,
              LedgerContract::onFirstHost);
      assertThat(answers.get(0)).isInstanceOf(Reservation.Made.class);
      assertThat(List.of(answers.get(1), answers.get(2), answers.get(5)))
          .allMatch(Reservation.Denied.class::isInstance);
      assertThat(answers.get(3)).isInstanceOf(Reservation.Made.class);
      assertThat(answers.get(4)).isInstanceOf(Reservation.Refused.class);
    }
  }

  /** As if they had asked one after the other: what was refused counts for nothing. */
  @Test
  void aQuotaIsNotUsedUpByWhatFindsNoPlace() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 50);
      List<Intent> intents =
          Stream.generate(() -> new Intent(intent(UUID.randomUUID(), "ci"), Optional.empty()))
              .limit(30)
              .toList();
      Set<String> placeless =
          intents.subList(0, 5).stream()
              .map(intent -> intent.instance().id())
              .collect(Collectors.toSet());
      List<Reservation<String>> answers =
          ledger.reserve(
              intents,
              2,
              (use, wanted) ->
                  wanted.stream()
                      .<Reservation.Choice<String>>map(
                          one ->
                              placeless.contains(one.id())
                                  ? new Reservation.Choice.None<>("nowhere")
                                  : new Reservation.Choice.Host<>("host-1"))
                      .toList());
      assertThat(answers.subList(0, 5)).allMatch(Reservation.Refused.class::isInstance);
      assertThat(answers.subList(5, 7)).allMatch(Reservation.Made.class::isInstance);
      assertThat(answers.subList(7, 30)).allMatch(Reservation.Denied.class::isInstance);
    }
  }

  @Test
  void aQuotaHoldsForThoseWhoAskTogetherAndOneAfterAnother() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 10);
      List<Reservation<String>> answers =
          ledger.reserve(
              List.of("a", "b", "c", "d").stream()
                  .map(id -> new Intent(intent(id), Optional.empty()))
                  .toList(),
              3,
              LedgerContract::onFirstHost);
      assertThat(answers.subList(0, 3)).allMatch(Reservation.Made.class::isInstance);
      Intent one = new Intent(intent("e"), Optional.empty());
      for (Reservation<String> late :
          List.of(
              answers.get(3),
              ledger.reserve(List.of(one), 3, LedgerContract::onFirstHost).get(0))) {
        assertThat(late)
            .isEqualTo(
                new Reservation.Denied<String>(
                    Reservation.Denial.OVER_QUOTA, "ci holds 3 instances, as many as it may"));
      }
      happens(ledger, "a", InstanceEvent.DELETED, "done");
      happens(ledger, "a", InstanceEvent.DESTROYED, "done");
      assertThat(ledger.reserve(List.of(one), 3, LedgerContract::onFirstHost).get(0))
          .isInstanceOf(Reservation.Made.class);
    }
  }

  @Test
  void noMoreIsWarmThanMayBe() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 10);
      List<Reservation<String>> answers =
          ledger.reserve(
              List.of("a", "b").stream()
                  .map(
                      id ->
                          new Intent(
                              Instance.requested(
                                  id,
                                  "xcode",
                                  Ownership.WARM,
                                  Instance.Size.AS_IMAGE,
                                  "broker-1",
                                  NOW),
                              Optional.empty(),
                              false,
                              1))
                  .toList(),
              LedgerContract::onFirstHost);
      assertThat(answers.get(0)).isInstanceOf(Reservation.Made.class);
      assertThat(answers.get(1)).isInstanceOf(Reservation.Denied.class);
    }
  }

  @Test
  void aCordonIsHeededByWhateverIsReservedAfterIt() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      Cordon draining = new Cordon(Cordon.Kind.DRAINING, "new disk");
      ledger.cordon("host-1", Optional.of(draining));
      assertThat(ledger.slotUse().cordons()).containsEntry("host-1", draining);
    }
  }

  @Test
  void purgesFromTheOldEndAndNoMoreThanItMay() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 3);
      for (String id : List.of("a", "b", "c")) {
        reserve(ledger, id, Optional.of(id));
        ledger.lease(id, "ci", "worker-1");
        happens(ledger, id, InstanceEvent.DELETED, "done");
        happens(ledger, id, InstanceEvent.DESTROYED, "done");
      }
      assertThat(ledger.purge(NOW, 10, Set.of())).isZero();
      assertThat(ledger.purge(NOW.plusSeconds(1), 10, Set.of("a", "b", "c"))).isZero();
      assertThat(ledger.purge(NOW.plusSeconds(1), 2, Set.of("b"))).isEqualTo(2);
      assertThat(ledger.find("b")).isPresent();
      assertThat(ledger.purge(NOW.plusSeconds(1), 2, Set.of())).isEqualTo(1);
      assertThat(ledger.hasHistory()).isFalse();
      assertThat(ledger.history("a")).isEmpty();
    }
  }

  @Test
  void whatWasSeenMustStillBeSo() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1"), 2);
      reserve(ledger, "a", Optional.empty());
      happens(ledger, "a", InstanceEvent.STARTED, "switched on");
      long seen = ledger.find("a").orElseThrow().version();
      Transition judged = Transition.of("a", InstanceEvent.JUDGED, "unclaimed").asSeen(seen);
      assertThat(happens(ledger, "a", InstanceEvent.JUDGED, "seen by nobody")).isFalse();
      happens(ledger, "a", InstanceEvent.CONFIRMED, "told");
      Transition.Outcome late = ledger.advance(judged);
      assertThat(late.happened()).isFalse();
      assertThat(ledger.advance(judged.asSeen(late.now().orElseThrow().version())).happened())
          .isTrue();
    }
  }

  @Test
  void remembersInstancesCordonsAndBrokers() {
    try (Ledger ledger = open()) {
      ledger.syncSlots(Set.of("host-1", "host-2"), 2);
      reserve(ledger, "a", Optional.empty());
      ledger.cordon("host-2", Optional.of(new Cordon(Cordon.Kind.DRAINING, "new disk")));
      assertThat(ledger.heartbeat("one", Duration.ofSeconds(10)).living()).containsExactly("one");
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.hasHistory()).isTrue();
      assertThat(ledger.live()).hasSize(1);
      assertThat(ledger.cordons()).containsOnlyKeys("host-2");
      assertThat(ledger.heartbeat("two", Duration.ofSeconds(10)).living()).contains("one", "two");
      ledger.farewell("one");
      assertThat(ledger.heartbeat("two", Duration.ofSeconds(10)).living()).containsExactly("two");
      ledger.cordon("host-2", Optional.empty());
      assertThat(ledger.cordons()).isEmpty();
      ledger.syncSlots(Set.of("host-1"), 1);
      assertThat(ledger.slotUse().slots()).containsOnlyKeys("host-1").containsValue(1);
    }
  }
}
