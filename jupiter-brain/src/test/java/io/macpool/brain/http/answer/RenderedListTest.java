package io.macpool.brain.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Ownership;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RenderedListTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Inventory FIRST = inventory(1);

  private final LiveInstances live = new LiveInstances(Clock.fixed(NOW, ZoneOffset.UTC));
  private Instant now = NOW;
  private int rendered;
  private final RenderedList list =
      new RenderedList(
          live,
          inventory -> {
            rendered++;
            return List.of();
          },
          ((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  private static Inventory inventory(long version) {
    return new Inventory(version, Map.of(), Map.of(), Map.of());
  }

  private static Instance instance(InstancePhase phase) {
    return new Instance(
        "a",
        phase,
        Optional.of("xcode"),
        Ownership.of("ci"),
        Optional.of("host-1"),
        Instance.Size.AS_IMAGE,
        "broker-1",
        false,
        Health.UNPROVEN,
        1,
        Optional.empty(),
        NOW,
        NOW,
        "because");
  }

  @Test
  void isRenderedOnceWhileNothingChanges() {
    assertThat(list.of(FIRST).toString()).isEqualTo("{\"data\":[]}");
    now = NOW.plusMillis(999);
    assertThat(list.of(FIRST)).isSameAs(list.of(FIRST));
    assertThat(rendered).isEqualTo(1);
  }

  @Test
  void isRenderedAnewWhenAnInstanceOrVSphereChangesAndEachSecond() {
    list.of(FIRST);
    live.put(instance(InstancePhase.REQUESTED));
    list.of(FIRST);
    assertThat(rendered).as("an instance more").isEqualTo(2);
    live.put(instance(InstancePhase.GONE));
    list.of(FIRST);
    assertThat(rendered).as("an instance less").isEqualTo(3);
    Inventory second = inventory(2);
    list.of(second);
    assertThat(rendered).as("news from vSphere").isEqualTo(4);
    now = NOW.plusSeconds(1);
    list.of(second);
    assertThat(rendered).as("all are a second older").isEqualTo(5);
    list.of(second);
    assertThat(rendered).isEqualTo(5);
  }
}
