package io.macpool.brain.lifecycle.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Ownership;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveInstancesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private final LiveInstances live = new LiveInstances(Clock.fixed(NOW, ZoneOffset.UTC));
  private final Instance requested =
      Instance.requested("a", "xcode", Ownership.WARM, Instance.Size.AS_IMAGE, "broker", NOW);
  private final Instance ready =
      requested.in(InstancePhase.READY, "on", Optional.empty(), NOW).proven();
  private final Instance owned = ready.handedTo("ci", "broker", NOW, "handed over");

  @Test
  void whatIsOlderThanWhatIsHereStaysOut() {
    live.put(owned);
    live.put(ready);
    assertThat(live.find("a")).contains(owned);
    live.put(owned.in(InstancePhase.GONE, "destroyed", Optional.empty(), NOW));
    live.put(owned);
    assertThat(live.find("a")).isEmpty();
    assertThat(live.isGone("a")).isTrue();
  }

  @Test
  void whatCameWhileTheLedgerWasReadStays() {
    long mark = live.mark();
    live.put(ready);
    live.refresh(List.of(), mark);
    assertThat(live.find("a")).contains(ready);
  }

  @Test
  void aLedgerThatLostItsLastCommitsIsRight() {
    live.put(owned);
    live.refresh(List.of(ready), live.mark());
    assertThat(live.find("a")).contains(ready);
  }

  @Test
  void whatWasCommittedAfterTheLedgerWasReadStays() {
    long mark = live.mark();
    live.put(owned);
    live.refresh(List.of(ready), mark);
    assertThat(live.find("a")).contains(owned);
  }

  @Test
  void whatAnotherReplicaDestroyedIsToldToThoseWhoListen() {
    live.put(ready);
    List<Instance> heard = new ArrayList<>();
    live.onChange(heard::add);
    live.refresh(List.of(), live.mark());
    assertThat(live.find("a")).isEmpty();
    assertThat(heard).singleElement().extracting(Instance::phase).isEqualTo(InstancePhase.GONE);
  }
}
