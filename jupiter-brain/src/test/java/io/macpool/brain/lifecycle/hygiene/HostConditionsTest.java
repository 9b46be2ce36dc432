package io.macpool.brain.lifecycle.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.fault.FaultAttribution;
import io.macpool.core.hygiene.HostCondition;
import io.macpool.core.hygiene.HostFault;
import io.macpool.core.hygiene.HostFault.Cause;
import io.macpool.core.hygiene.HygienePolicy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a provider shows of a host, as faults that the planner acts on. */
class HostConditionsTest {

  private static final Instant BOOT = Instant.parse("2026-11-01T00:00:00Z");
  private static final String HOST = "host-1";

  private final Vertx vertx = Vertx.vertx();
  private final HostConnectProbes dials =
      new HostConnectProbes(vertx, Duration.ofSeconds(2), Clock.fixed(BOOT, ZoneOffset.UTC));
  private final HostConditions conditions =
      new HostConditions(
          new Quarantine(
              new FaultAttribution.Policy(2, 5),
              new Quarantine.Terms(
                  Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1)),
              id -> id,
              Clock.fixed(BOOT, ZoneOffset.UTC),
              new SimpleMeterRegistry()),
          new HostTrials(null, null, null, Clock.fixed(BOOT, ZoneOffset.UTC)),
          dials,
          HygienePolicy.USUAL,
          2,
          OptionalInt.empty());

  private final Map<String, Machine> machines = new HashMap<>();
  private final List<Instance> instances = new ArrayList<>();
  private Host.Vitals vitals = Host.Vitals.NONE;
  private Instant now = BOOT.plus(Duration.ofDays(1));

  @AfterEach
  void close() throws Exception {
    dials.close();
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private void guest(String id, Ownership ownership, Health health, String... addresses) {
    machines.put(
        id,
        new Machine(
            id,
            "vm-" + id,
            PowerState.ON,
            Stream.of(addresses).map(Endpoint::of).toList(),
            Optional.of(HOST),
            Optional.of(now)));
    instances.add(
        new Instance(
            id,
            InstancePhase.READY,
            Optional.of("xcode"),
            ownership,
            Optional.of(HOST),
            Instance.Size.AS_IMAGE,
            "broker",
            false,
            health,
            1,
            Optional.empty(),
            now,
            now,
            ""));
  }

  private static Host.Vitals vitals(
      Optional<Double> freeDisk,
      int shared,
      Optional<Integer> failedConnections,
      Optional<String> phantom) {
    return new Host.Vitals(
        Optional.empty(), freeDisk, shared, failedConnections, Optional.empty(), phantom);
  }

  private HostCondition seen() {
    Host host =
        new Host(
            HOST,
            "mac-1",
            true,
            false,
            java.util.Set.of(),
            Optional.empty(),
            Optional.of(BOOT),
            new Host.Traits(
                "tart", Optional.empty(), OptionalInt.empty(), Optional.empty(), vitals));
    List<HostCondition> all =
        conditions.of(
            new Inventory(1, Map.of(HOST, host), Map.of(), machines), instances, Map.of(), now);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private void assertFault(Cause cause, String words) {
    assertThat(seen().faults())
        .singleElement()
        .satisfies(
            (HostFault fault) -> {
              assertThat(fault.cause()).isEqualTo(cause);
              assertThat(fault.reason()).contains(words);
            });
  }

  @Test
  void poolAndBuildAreDomainsOfItsFaults() {
    vitals = Host.Vitals.of(Optional.of("macOS 25A354"));
    assertThat(seen().pool()).isEqualTo("tart");
    assertThat(seen().build()).contains("macOS 25A354");
    assertThat(seen().faults()).isEmpty();
  }

  @Test
  void aDiskThatIsNearlyFullIsAFault() {
    vitals = vitals(Optional.of(0.02), 0, Optional.empty(), Optional.empty());
    assertFault(Cause.FREE_DISK, "2 %");
  }

  @Test
  void aMacThatRefusesWithRoomToSpareIsAtFault() {
    vitals = vitals(Optional.empty(), 0, Optional.empty(), Optional.of("it refuses"));
    assertFault(Cause.REFUSALS, "it refuses");
  }

  @Test
  void aMacThatMakesNoNewConnectionsIsAtFaultThoughItTakesThem() {
    vitals = vitals(Optional.empty(), 0, Optional.of(2), Optional.empty());
    assertThat(seen().faults()).isEmpty();
    vitals = vitals(Optional.empty(), 0, Optional.of(3), Optional.empty());
    assertFault(Cause.NO_NEW_CONNECTIONS, "3 new connections in a row failed");
  }

  @Test
  void anAddressThatTwoGuestsKeepIsAFaultAfterAWhile() {
    vitals = vitals(Optional.empty(), 1, Optional.empty(), Optional.empty());
    assertThat(seen().faults()).isEmpty();
    now = now.plus(Duration.ofMinutes(6));
    assertFault(Cause.SHARED_ADDRESSES, "1 address is held by two guests");
  }

  @Test
  void guestsThatNeverAnswerAreAFaultWhetherOwnedOrWarm() {
    for (int i = 0; i < 3; i++) {
      guest("owned-" + i, Ownership.of("ci"), Health.UNPROVEN);
    }
    guest("warm-1", Ownership.WARM, Health.UNPROVEN, "10.0.0.1");
    guest("warm-2", Ownership.WARM, Health.UNPROVEN, "10.0.0.2");
    guest("trial", Ownership.of(HostTrials.OWNER), Health.UNPROVEN);
    assertThat(seen().faults()).isEmpty();
    assertThat(seen().occupants().toOptional()).contains(6);
    now = now.plus(Duration.ofMinutes(4));
    assertFault(Cause.SILENT_GUESTS, "5 guests in a row never answered");
  }

  @Test
  void guestsThatAnswerAreNone() {
    for (int i = 0; i < 6; i++) {
      guest("owned-" + i, Ownership.of("ci"), Health.UNPROVEN, "10.0.0." + i);
    }
    assertThat(seen().faults()).isEmpty();
    now = now.plus(Duration.ofMinutes(4));
    assertThat(seen().faults()).isEmpty();
  }
}
