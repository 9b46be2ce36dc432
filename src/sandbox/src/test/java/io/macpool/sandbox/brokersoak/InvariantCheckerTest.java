package io.macpool.sandbox.brokersoak;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sandbox.brokersoak.Violation.Kind;
import io.macpool.sim.vcenter.options.MachineEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A checker that finds nothing must be one that would: each violation is planted and found. */
class InvariantCheckerTest {

  private static final Instant START = Instant.parse("2026-11-29T10:00:00Z");
  private static final Duration LEASE = Duration.ofSeconds(30);

  private final List<Observation> seen = new ArrayList<>();
  private final Rules rules = new Rules(2, 0, Duration.ofSeconds(60));
  private long calls;

  private static Instant at(double seconds) {
    return START.plusMillis((long) (seconds * 1000));
  }

  private List<Kind> verdict() {
    return verdict(rules);
  }

  private List<Kind> verdict(Rules with) {
    return InvariantChecker.check(with, seen).stream().map(Violation::kind).toList();
  }

  private long asks(double second, String client, String key, String lease) {
    long call = ++calls;
    seen.add(
        new Observation.CreateAsked(
            at(second),
            call,
            client,
            "owner",
            "broker-a",
            "macos",
            Optional.ofNullable(key),
            Optional.ofNullable(lease)));
    return call;
  }

  private void gets(double second, long call, String instance) {
    seen.add(
        new Observation.CreateAnswered(at(second), call, 201, false, "", Optional.of(instance)));
  }

  private void given(double second, String client, String instance) {
    gets(second, asks(second - 1, client, null, null), instance);
  }

  private void host(double second, MachineEvent.Kind kind, String name, String host) {
    hostOf(second, kind, "vm-" + name, name, host);
  }

  private void hostOf(double second, MachineEvent.Kind kind, String ref, String name, String host) {
    seen.add(
        new Observation.OnHost(
            new MachineEvent(at(second), kind, ref, name, name, "Clones", host, "broker-a")));
  }

  private void made(double second, String name, String host) {
    host(second, MachineEvent.Kind.CLONE_BEGAN, name, host);
    host(second + 0.1, MachineEvent.Kind.CLONED, name, host);
    host(second + 0.2, MachineEvent.Kind.POWERED_ON, name, host);
  }

  private void destroyed(double second, String name, String host) {
    host(second, MachineEvent.Kind.POWERED_OFF, name, host);
    host(second + 0.1, MachineEvent.Kind.DESTROYED, name, host);
  }

  private void deletes(double second, String client, String name) {
    seen.add(new Observation.DeleteAsked(at(second), client, name));
  }

  private void speaks(double second, String client, String lease) {
    seen.add(new Observation.LeaseSpoken(at(second), client, "owner", lease, LEASE));
  }

  private void answered(double second, int status, boolean retryAfter, String instance) {
    seen.add(
        new Observation.Answered(
            at(second),
            "client",
            "GET",
            status,
            retryAfter,
            "words",
            Optional.ofNullable(instance)));
  }

  private void quietUntil(double from, double end, Observation... ledger) {
    seen.add(new Observation.Quiet(at(from)));
    seen.addAll(List.of(ledger));
    seen.add(new Observation.Trouble(at(end), "the end", Optional.empty()));
  }

  private static Observation row(double second, String id, String phase, String owner) {
    return new Observation.LedgerRow(
        at(second), id, phase, Optional.ofNullable(owner), "h1", at(1));
  }

  @Test
  void aLifeAsItShouldBeBreaksNothing() {
    made(0, "a", "h1");
    given(2, "client", "a");
    answered(3, 200, false, "a");
    deletes(10, "client", "a");
    destroyed(11, "a", "h1");
    answered(12, 404, false, "a");
    quietUntil(20, 90);
    assertThat(verdict()).isEmpty();
  }

  @Test
  void destroyedWhileOwned() {
    made(0, "a", "h1");
    given(2, "client", "a");
    destroyed(5, "a", "h1");
    assertThat(verdict()).containsExactly(Kind.DESTROYED_WHILE_OWNED);
    assertThat(InvariantChecker.check(rules, seen).get(0).instances()).containsExactly("a");
  }

  @Test
  void switchedOffWhileOwnedIsEnough() {
    made(0, "a", "h1");
    given(2, "client", "a");
    host(5, MachineEvent.Kind.POWERED_OFF, "a", "h1");
    assertThat(verdict()).containsExactly(Kind.DESTROYED_WHILE_OWNED);
  }

  @Test
  void givenAfterItWasDestroyed() {
    made(0, "a", "h1");
    destroyed(1, "a", "h1");
    given(2, "client", "a");
    assertThat(verdict()).containsExactly(Kind.DESTROYED_WHILE_OWNED);
  }

  @Test
  void aRenamedMachineIsStillItsOwners() {
    made(0, "a", "h1");
    given(2, "client", "a");
    seen.add(
        new Observation.OnHost(
            new MachineEvent(
                at(5),
                MachineEvent.Kind.DESTROYED,
                "vm-a",
                "a",
                "do-not-delete",
                "Clones",
                "h1",
                "broker-a")));
    assertThat(verdict()).containsExactly(Kind.DESTROYED_WHILE_OWNED);
  }

  @Test
  void aHostThatDiesIsNobodysFault() {
    made(0, "a", "h1");
    given(2, "client", "a");
    host(5, MachineEvent.Kind.CRASHED, "a", "h1");
    host(6, MachineEvent.Kind.DESTROYED, "a", "h1");
    answered(7, 404, false, "a");
    assertThat(verdict()).isEmpty();
  }

  @Test
  void aLeaseThatEndsGivesUpAndOneThatIsRenewedDoesNot() {
    made(0, "a", "h1");
    made(0, "b", "h1");
    speaks(0.5, "silent", "lease-1");
    speaks(0.5, "lively", "lease-2");
    gets(2, asks(1, "silent", null, "lease-1"), "a");
    gets(2, asks(1, "lively", null, "lease-2"), "b");
    speaks(25, "lively", "lease-2");
    destroyed(40, "a", "h1");
    destroyed(41, "b", "h1");
    List<Violation> found = InvariantChecker.check(rules, seen);
    assertThat(found).extracting(Violation::kind).containsExactly(Kind.DESTROYED_WHILE_OWNED);
    assertThat(found.get(0).words()).contains("b was ended").contains("lively");
  }

  @Test
  void aLeaseThatIsNotOverIsNoExcuse() {
    made(0, "a", "h1");
    speaks(1, "client", "lease-1");
    gets(2, asks(1, "client", null, "lease-1"), "a");
    destroyed(30.5, "a", "h1");
    assertThat(verdict()).containsExactly(Kind.DESTROYED_WHILE_OWNED);
  }

  @Test
  void aLeaseThatIsGivenUpEndsAllThatItHolds() {
    made(0, "a", "h1");
    speaks(1, "client", "lease-1");
    gets(2, asks(1, "client", null, "lease-1"), "a");
    seen.add(new Observation.LeaseGivenUp(at(5), "client", "owner", "lease-1"));
    destroyed(6, "a", "h1");
    assertThat(verdict()).isEmpty();
  }

  @Test
  void notFoundThoughItIsHeld() {
    made(0, "a", "h1");
    given(2, "client", "a");
    answered(5, 404, false, "a");
    assertThat(verdict()).containsExactly(Kind.FORGOTTEN);
  }

  @Test
  void oneTooManyOnAHostEvenForAMoment() {
    made(0, "a", "h1");
    made(1, "b", "h1");
    host(2, MachineEvent.Kind.CLONE_BEGAN, "c", "h1");
    host(2.1, MachineEvent.Kind.CLONE_FAILED, "c", "h1");
    made(3, "d", "h2");
    assertThat(verdict()).containsExactly(Kind.OVERCOMMITTED);
  }

  @Test
  void aMachineThatNobodySeesTakesUpRoomAndCountsOnceWhenItReturns() {
    made(0, "a", "h1");
    made(1, "b", "h1");
    host(2, MachineEvent.Kind.LEFT_INVENTORY, "a", "h1");
    made(3, "c", "h1");
    assertThat(verdict()).containsExactly(Kind.OVERCOMMITTED);
    seen.removeIf(o -> o.instance().equals(Optional.of("c")));
    hostOf(4, MachineEvent.Kind.RETURNED, "vm-again", "a", "h1");
    hostOf(5, MachineEvent.Kind.DESTROYED, "vm-again", "a", "h1");
    made(6, "d", "h1");
    assertThat(verdict()).isEmpty();
  }

  @Test
  void aMachineThatMovesTakesUpRoomWhereItRuns() {
    made(0, "a", "h1");
    made(0, "b", "h1");
    made(1, "c", "h2");
    host(2, MachineEvent.Kind.HOST_CHANGED, "c", "h1");
    assertThat(verdict()).containsExactly(Kind.OVERCOMMITTED);
  }

  @Test
  void aKeyThatGivesTwo() {
    made(0, "a", "h1");
    made(0, "b", "h1");
    long first = asks(1, "client", "key", null);
    long second = asks(1, "client", "key", null);
    gets(2, first, "a");
    gets(2.1, second, "b");
    assertThat(verdict()).containsExactly(Kind.KEY_TWICE);
  }

  @Test
  void aKeyThatGivesTheSameTwiceAndAnotherOnceThatIsGone() {
    made(0, "a", "h1");
    long first = asks(1, "client", "key", null);
    long second = asks(1, "client", "key", null);
    gets(2, first, "a");
    gets(2.1, second, "a");
    deletes(3, "client", "a");
    destroyed(4, "a", "h1");
    made(5, "b", "h1");
    gets(6, asks(5, "client", "key", null), "b");
    deletes(7, "client", "b");
    destroyed(8, "b", "h1");
    assertThat(verdict()).isEmpty();
  }

  @Test
  void oneForTwoOwners() {
    made(0, "a", "h1");
    given(2, "client-1", "a");
    given(3, "client-2", "a");
    assertThat(verdict()).containsExactly(Kind.TWO_OWNERS);
  }

  @Test
  void oneForTwoWishesOfTheSameClient() {
    made(0, "a", "h1");
    given(2, "client", "a");
    given(3, "client", "a");
    assertThat(verdict()).containsExactly(Kind.TWO_OWNERS);
  }

  @Test
  void moreThanTheQuota() {
    made(0, "a", "h1");
    made(0, "b", "h2");
    given(2, "client-1", "a");
    given(3, "client-2", "b");
    assertThat(verdict(new Rules(2, 1, Duration.ofSeconds(60)))).containsExactly(Kind.OVER_QUOTA);
    assertThat(verdict(new Rules(2, 2, Duration.ofSeconds(60)))).isEmpty();
  }

  @Test
  void aServerErrorWithoutRetryAfter() {
    answered(1, 503, true, null);
    answered(2, 404, false, null);
    answered(3, 0, false, null);
    assertThat(verdict()).isEmpty();
    answered(4, 500, false, null);
    seen.add(
        new Observation.CreateAnswered(
            at(5), asks(4, "client", null, null), 503, false, "", Optional.empty()));
    assertThat(verdict()).containsExactly(Kind.NO_RETRY_AFTER, Kind.NO_RETRY_AFTER);
  }

  @Test
  void aMachineThatNobodyKnowsOf() {
    made(0, "a", "h1");
    quietUntil(10, 69);
    assertThat(verdict()).isEmpty();
    quietUntil(10, 71);
    assertThat(verdict()).containsExactly(Kind.LEAKED);
  }

  @Test
  void aMachineThatWaitsWarmIsNoLeakAndOneWithAnOwnerIs() {
    made(0, "a", "h1");
    quietUntil(10, 80, row(75, "a", "READY", null));
    assertThat(verdict()).isEmpty();
    seen.add(row(76, "a", "READY", "owner"));
    assertThat(verdict()).containsExactly(Kind.LEAKED);
  }

  @Test
  void oneThatIsBeingDestroyedForTooLong() {
    made(0, "a", "h1");
    quietUntil(10, 80, row(75, "a", "RECLAIMING", null));
    assertThat(verdict()).containsExactly(Kind.LEAKED);
  }

  @Test
  void anInstanceAndASlotOfNobody() {
    quietUntil(
        10,
        80,
        row(75, "a", "READY", "owner"),
        new Observation.LedgerSlot(at(75), "h1", 1, "a"),
        new Observation.LedgerSlot(at(75), "h1", 2, "gone"));
    assertThat(verdict()).containsExactly(Kind.LEAKED, Kind.LEAKED);
  }

  @Test
  void theOrderInWhichTheyWereWrittenDownDoesNotMatter() {
    made(0, "a", "h1");
    given(2, "client", "a");
    destroyed(5, "a", "h1");
    made(6, "b", "h1");
    given(8, "client", "b");
    deletes(9, "client", "b");
    destroyed(10, "b", "h1");
    Collections.shuffle(seen, new Random(1));
    assertThat(verdict()).containsExactly(Kind.DESTROYED_WHILE_OWNED);
  }
}
