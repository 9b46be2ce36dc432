package io.macpool.bench.planners;

import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Ownership;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.ReclaimPlanner;
import io.macpool.core.fleet.placement.HostLoad;
import io.macpool.core.fleet.placement.PlacementPlanner;
import io.macpool.core.fleet.placement.WarmPoolPlanner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The broker's planners, each beside one pass over the same values. */
@State(Scope.Benchmark)
public class FleetPlanners {

  private static final int HOSTS = 1_000;
  private static final int INSTANCES = 2_000;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String IMAGE = "macos-15";

  private final Image image =
      new Image(
          IMAGE, "vm-1", Optional.of("base"), 4, 8192, Set.of("ds-1"), false, Optional.of("h0"));
  private final List<HostLoad> fleet =
      IntStream.range(0, HOSTS)
          .mapToObj(
              i ->
                  new HostLoad(
                      new Host("h" + i, "mac-" + i, true, false, Set.of("ds-1", "ds-2")),
                      Optional.empty(),
                      2,
                      i % 3,
                      i % 2))
          .toList();
  private final List<Instance> instances =
      IntStream.range(0, INSTANCES).mapToObj(FleetPlanners::instance).toList();
  private final List<Machine> machines =
      IntStream.range(0, INSTANCES).mapToObj(FleetPlanners::machine).toList();
  private final ReclaimPlanner.Policy reclaim =
      new ReclaimPlanner.Policy(
          Duration.ofHours(4),
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          Duration.ofMinutes(2),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          5);
  private final ReclaimPlanner.Evidence evidence =
      new ReclaimPlanner.Evidence(
          2,
          instances.stream().map(Instance::id).collect(Collectors.toSet()),
          Set.of(),
          Set.of("broker-1"),
          Instant.EPOCH,
          Map.of(),
          Set.of());
  private final List<WarmPoolPlanner.Policy> policies =
      IntStream.range(0, 20)
          .mapToObj(i -> new WarmPoolPlanner.Policy("image-" + i, 5, 20, Duration.ofHours(1)))
          .toList();
  private final List<WarmPoolPlanner.Warm> warm =
      IntStream.range(0, 200)
          .mapToObj(
              i ->
                  new WarmPoolPlanner.Warm(
                      "warm-" + i, "image-" + i % 20, "h" + i, i % 4 != 0, NOW.minusSeconds(i)))
          .toList();
  private final Map<String, Integer> demand = Map.of("image-3", 7, "image-11", 12);

  private static Instance instance(int i) {
    return new Instance(
        "vm-" + i,
        InstancePhase.READY,
        Optional.of(IMAGE),
        Ownership.of("owner-" + i % 50),
        Optional.of("h" + i % HOSTS),
        Instance.Size.AS_IMAGE,
        "broker-1",
        true,
        Health.UNPROVEN,
        1,
        Optional.of("ref-" + i),
        NOW.minusSeconds(600),
        NOW.minusSeconds(500),
        "");
  }

  private static Machine machine(int i) {
    return new Machine(
        "vm-" + i,
        "ref-" + i,
        PowerState.ON,
        List.of(Endpoint.of("10.0.0.1")),
        Optional.of("h" + i % HOSTS),
        Optional.of(NOW.minusSeconds(550)));
  }

  @Benchmark
  public Object placement() {
    return PlacementPlanner.place(image, fleet, PlacementPlanner.Policy.SPREAD, 8);
  }

  @Benchmark
  public Object placementOnePass() {
    int free = 0;
    for (HostLoad load : fleet) {
      free += load.host().storage().containsAll(image.storage()) ? load.free() : 0;
    }
    return free;
  }

  @Benchmark
  public Object reclaim() {
    return ReclaimPlanner.plan(instances, machines, Set.of(), evidence, Map.of(), reclaim, NOW);
  }

  @Benchmark
  public Object reclaimOnePass() {
    Map<String, Machine> byName = new HashMap<>();
    machines.forEach(machine -> byName.put(machine.name(), machine));
    List<Instance> missing = new ArrayList<>();
    instances.stream().filter(i -> byName.get(i.id()) == null).forEach(missing::add);
    return missing;
  }

  @Benchmark
  public Object warmPool() {
    return WarmPoolPlanner.plan(policies, warm, demand, Set.of(), 300, Duration.ofMinutes(5), NOW);
  }

  @Benchmark
  public Object warmPoolOnePass() {
    Map<String, Integer> supply = new HashMap<>();
    warm.forEach(one -> supply.merge(one.image(), 1, Integer::sum));
    return supply;
  }
}
