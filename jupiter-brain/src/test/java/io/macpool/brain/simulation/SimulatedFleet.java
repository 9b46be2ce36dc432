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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The hosts and what really runs on them, as vCenter has it: clones take time, a host that is out
 * of reach does nothing, and people destroy machines.
 */
final class SimulatedFleet {

  /** One machine, as long as it is there. */
  static final class Vm {
    final String uuid;
    final Mark mark;
    String ref;
    String title;
    String host;
    boolean inFolder = true;
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

    /** Whether that name finds it: names are unique in a folder. */
    boolean isNamed(String name) {
      return inFolder && title.equals(name);
    }

    /** Whether people would take it for one that is in use. */
    boolean isUp(Instant now) {
      return finished && on && bootedAt.plus(BOOT).isBefore(now);
    }
  }

  static final int SLOTS = 2;
  private static final Duration BOOT = Duration.ofSeconds(20);
  private static final Duration CLONE_LEAST = Duration.ofSeconds(2);
  private static final Duration CLONE_MOST = Duration.ofSeconds(20);

  private final VirtualTime time;
  private final Lane lane = new Lane();
  private final Map<String, Boolean> hosts = new TreeMap<>();
  private final Map<String, Image> images = new TreeMap<>();
  private final Map<String, Vm> machines = new LinkedHashMap<>();
  private final Set<Vm> outside = new LinkedHashSet<>();
  private Instant awayUntil = Instant.EPOCH;
  private long version;
  private Consumer<Vm> onEnd = vm -> {};
  private Consumer<Vm> onClone = vm -> {};

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

  /** Called when a clone has begun, and takes up its room. */
  void onClone(Consumer<Vm> listener) {
    onClone = listener;
  }

  /** vCenter answers nobody for some time. */
  void goAway(Duration length) {
    awayUntil = time.instant().plus(length);
  }

  /** Since when it has answered. */
  Instant backSince() {
    return awayUntil;
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

  /** A person calls it something else. */
  void rename(Vm vm, String title) {
    vm.title = title;
    version++;
  }

  /** A person puts it into another folder, or back. */
  void putIntoFolder(Vm vm, boolean brokers) {
    vm.inFolder = brokers;
    version++;
  }

  /** A person, or DRS, moves it. */
  void move(Vm vm, String host) {
    vm.host = host;
    version++;
  }

  /**
   * It leaves the inventory and runs on; later it comes back under another reference.
   *
   * @param lost whether for so long that nobody can be blamed for giving its place to another
   */
  void leave(Vm vm, Duration length, boolean lost, Runnable back) {
    machines.remove(vm.ref);
    if (!lost) {
      outside.add(vm);
    }
    version++;
    time.in(
        length,
        lane,
        () -> {
          outside.remove(vm);
          vm.ref = "vm-" + version;
          machines.put(vm.ref, vm);
          version++;
          back.run();
        });
  }

  /** Machines that run on a host, as far as anybody could know, or are being cloned there. */
  int load(String host) {
    return (int)
        Stream.concat(machines.values().stream(), outside.stream())
            .filter(vm -> vm.host.equals(host))
            .count();
  }

  Optional<Vm> machine(String instance) {
    return machines.values().stream().filter(vm -> vm.instance().equals(instance)).findFirst();
  }

  /** Whether a clone of the image runs. */
  boolean isCloning(String imageRef, Set<String> except) {
    return machines.values().stream().anyMatch(vm -> !vm.finished && !except.contains(vm.title))
        && images.values().stream().anyMatch(image -> image.ref().equals(imageRef));
  }

  /** Begins; {@code done} is called with its reference when it is made. */
  void clone(CloneOrder order, Consumer<Vm> done) {
    if (machines.values().stream().anyMatch(vm -> vm.isNamed(order.name()))) {
      throw new HypervisorFailure.Refused(
          HypervisorFailure.Refused.NAME_TAKEN, FailureScope.REQUEST, false, "name taken", null);
    }
    String host = order.host().orElse("host-1");
    reach(host);
    Vm vm = new Vm("vm-" + version, new UUID(time.chance().nextLong(), 0).toString(), order, host);
    machines.put(vm.ref, vm);
    version++;
    onClone.accept(vm);
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
            vm.isUp(time.instant()) ? List.of(Endpoint.of("10.0.0.7")) : List.of(),
            Optional.of(vm.host),
            vm.on ? Optional.of(vm.bootedAt) : Optional.empty(),
            new Machine.Sign(
                vm.title,
                Optional.of(vm.uuid),
                vm.finished ? Optional.of(vm.mark) : Optional.empty(),
                vm.inFolder,
                true,
                false));
    return reachable ? machine : machine.unseen();
  }

  /** What vCenter shows now, as far as anybody looks. */
  Inventory show(Identities known, Predicate<Machine> which) {
    Map<String, Host> all = new TreeMap<>();
    hosts.forEach(
        (id, connected) -> all.put(id, new Host(id, id, connected, false, Set.of("store"))));
    List<Machine> seen = new ArrayList<>();
    machines.values().stream().map(this::show).filter(which).forEach(seen::add);
    return Inventory.of(version, all, images, seen, known);
  }
}
