package io.macpool.brain.simulation;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.simulation.VirtualTime.Lane;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.PowerState;
import io.macpool.core.fleet.fault.FailureScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The hosts and what really runs on them, as vCenter has it: clones take time, a host that is out
 * of reach does nothing, and people destroy machines.
 */
final class SimulatedFleet {

  /** One machine, as long as it is there. */
  static final class Vm {
    final String ref;
    final String uuid;
    final String title;
    final String host;
    final Mark mark;
    boolean finished;
    boolean on;
    Instant bootedAt = Instant.EPOCH;

    private Vm(String ref, String uuid, CloneOrder order, String host) {
      this.ref = ref;
      this.uuid = uuid;
      this.title = order.name();
      this.host = host;
      this.mark = order.mark();
    }

    String instance() {
      return mark.instance();
    }
  }

  static final int SLOTS = 2;
  private static final Duration CLONE_LEAST = Duration.ofSeconds(2);
  private static final Duration CLONE_MOST = Duration.ofSeconds(20);

  private final VirtualTime time;
  private final Lane lane = new Lane();
  private final Map<String, Boolean> hosts = new TreeMap<>();
  private final Map<String, Image> images = new TreeMap<>();
  private final Map<String, Vm> machines = new LinkedHashMap<>();
  private Instant awayUntil = Instant.EPOCH;
  private long version;
  private Consumer<Vm> onEnd = vm -> {};

  SimulatedFleet(VirtualTime time, int hosts, int images) {
    this.time = time;
    for (int i = 1; i <= hosts; i++) {
      this.hosts.put("host-" + i, true);
    }
    for (int i = 1; i <= images; i++) {
      String name = "image-" + i;
      this.images.put(
          name,
          new Image(
              name,
              "vm-" + name,
              Optional.of("1"),
              2,
              4096,
              Set.of("store"),
              false,
              Optional.of("host-1")));
    }
  }

  Lane lane() {
    return lane;
  }

  Collection<Vm> machines() {
    return machines.values();
  }

  List<String> hosts() {
    return List.copyOf(hosts.keySet());
  }

  List<String> images() {
    return List.copyOf(images.keySet());
  }

  /** Called when a broker switches a machine off or destroys it, before that is done. */
  void onEnd(Consumer<Vm> listener) {
    onEnd = listener;
  }

  /** vCenter answers nobody for some time. */
  void goAway(Duration length) {
    awayUntil = time.instant().plus(length);
  }

  boolean isAway() {
    return time.instant().isBefore(awayUntil);
  }

  /** A host is out of vCenter's reach for some time; its machines run on. */
  void lose(String host, Duration length) {
    hosts.put(host, false);
    version++;
    time.in(
        length,
        lane,
        () -> {
          hosts.put(host, true);
          version++;
        });
  }

  /** Somebody who is no broker destroys a machine. */
  void vandalise(Vm vm) {
    machines.remove(vm.ref);
    version++;
  }

  /** Machines on a host, those that are being cloned included. */
  Map<String, Integer> load() {
    Map<String, Integer> load = new HashMap<>();
    machines.values().forEach(vm -> load.merge(vm.host, 1, Integer::sum));
    return load;
  }

  /** Whether a clone of the image runs. */
  boolean isCloning(String imageRef, Set<String> except) {
    return machines.values().stream().anyMatch(vm -> !vm.finished && !except.contains(vm.title))
        && images.values().stream().anyMatch(image -> image.ref().equals(imageRef));
  }

  /** Begins; {@code done} is called with its reference when it is made. */
  void clone(CloneOrder order, Consumer<Vm> done) {
    if (machines.values().stream().anyMatch(vm -> vm.title.equals(order.name()))) {
      throw new HypervisorFailure.Refused(
          HypervisorFailure.Refused.NAME_TAKEN, FailureScope.REQUEST, false, "name taken", null);
    }
    String host = order.host().orElse("host-1");
    reach(host);
    Vm vm = new Vm("vm-" + version, new UUID(time.chance().nextLong(), 0).toString(), order, host);
    machines.put(vm.ref, vm);
    version++;
    time.in(
        time.between(CLONE_LEAST, CLONE_MOST),
        lane,
        () -> {
          if (machines.containsKey(vm.ref)) {
            vm.finished = true;
            version++;
          }
          done.accept(vm);
        });
  }

  private void reach(String host) {
    if (!hosts.get(host)) {
      throw new HypervisorFailure.Refused(
          "HostNotConnected", FailureScope.HOST, false, host + " is not connected", null);
    }
  }

  private Vm there(String ref) {
    Vm vm = machines.get(ref);
    if (vm == null) {
      throw new HypervisorFailure.Absent(ref + " is not there", null);
    }
    reach(vm.host);
    return vm;
  }

  void powerOn(String ref) {
    Vm vm = there(ref);
    if (!vm.on) {
      vm.on = true;
      vm.bootedAt = time.instant();
      version++;
    }
  }

  void powerOff(String ref) {
    Vm vm = there(ref);
    onEnd.accept(vm);
    if (vm.on) {
      vm.on = false;
      version++;
    }
  }

  /** Whether it was there. */
  boolean destroy(String ref) {
    if (!machines.containsKey(ref)) {
      return false;
    }
    Vm vm = there(ref);
    if (vm.on || !vm.finished) {
      throw new HypervisorFailure.Refused(
          HypervisorFailure.Refused.WRONG_POWER, FailureScope.REQUEST, false, "it is on", null);
    }
    onEnd.accept(vm);
    machines.remove(ref);
    version++;
    return true;
  }

  /** What vCenter shows of one machine now. */
  Machine show(Vm vm) {
    boolean reachable = hosts.get(vm.host);
    Machine machine =
        new Machine(
            vm.title,
            vm.ref,
            vm.on ? PowerState.ON : PowerState.OFF,
            vm.on && vm.bootedAt.plusSeconds(20).isBefore(time.instant())
                ? List.of(Endpoint.of("10.0.0.7"))
                : List.of(),
            Optional.of(vm.host),
            vm.on ? Optional.of(vm.bootedAt) : Optional.empty(),
            new Machine.Sign(
                vm.title,
                Optional.of(vm.uuid),
                vm.finished ? Optional.of(vm.mark) : Optional.empty(),
                true,
                true,
                false));
    return reachable ? machine : machine.unseen();
  }

  /** What vCenter shows now. */
  Inventory show(Identities known) {
    Map<String, Host> all = new TreeMap<>();
    hosts.forEach(
        (id, connected) -> all.put(id, new Host(id, id, connected, false, Set.of("store"))));
    List<Machine> seen = new ArrayList<>();
    machines.values().forEach(vm -> seen.add(show(vm)));
    return Inventory.of(version, all, images, seen, known);
  }
}
