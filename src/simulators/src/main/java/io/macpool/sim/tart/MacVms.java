package io.macpool.sim.tart;

import io.macpool.sim.vcenter.guest.GuestPower;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The VMs of one Mac, and the command {@code tart} that they are asked for by. Two run at most. A
 * VM lives as long as the process of its {@code run}. Thread-safe.
 */
final class MacVms {

  private static final int LIMIT = 2;
  private static final int PULL_STEPS = 20;

  private final MacTimes times;
  private final GuestPower guests;
  private final Map<String, TartVm> vms = new TreeMap<>();
  private final Map<String, String> leases = new TreeMap<>();
  private int macs = 1;
  private Optional<String> oneAddress = Optional.empty();
  private boolean phantom;
  private int mostAtOnce;

  /** The version of tart. */
  volatile String version = "2.32.1";

  /** What goes wrong with suspended guests. */
  final SuspendFaults suspending = new SuspendFaults();

  volatile boolean keychainLocked;
  volatile boolean diskFull;
  volatile boolean registryAway;

  MacVms(MacTimes times, GuestPower guests) {
    this.times = times;
    this.guests = guests;
  }

  synchronized void add(String vm, boolean cached) {
    vms.put(vm, new TartVm(vm, cached, newMac()));
  }

  synchronized void remove(String vm) {
    vms.remove(vm);
  }

  /** Somebody else holds the lock of this VM with a {@code run} of theirs. */
  synchronized void runBy(String vm, ShimCall call) {
    Objects.requireNonNull(vms.get(vm), vm).run = Optional.of(call);
  }

  synchronized Optional<ShimCall> runOf(String vm) {
    return Optional.ofNullable(vms.get(vm)).flatMap(found -> found.run);
  }

  synchronized Set<String> local() {
    Set<String> names = new HashSet<>();
    vms.values().stream().filter(vm -> !vm.cached).forEach(vm -> names.add(vm.name));
    return names;
  }

  synchronized Set<String> running() {
    Set<String> names = new HashSet<>();
    vms.values().stream().filter(TartVm::running).forEach(vm -> names.add(vm.name));
    return names;
  }

  synchronized int mostAtOnce() {
    return mostAtOnce;
  }

  synchronized void phantomLimit(boolean on) {
    phantom = on;
  }

  synchronized void oneAddress(Optional<String> address) {
    oneAddress = address;
  }

  /** The Mac has come up again. */
  synchronized void rebooted() {
    phantom = false;
    vms.values().forEach(this::stopped);
    leases.clear();
  }

  /** Processors and memory (in MiB). */
  synchronized int[] size(String vm) {
    TartVm found = Objects.requireNonNull(vms.get(vm), vm);
    return new int[] {found.cpus, found.memory};
  }

  private String newMac() {
    return "de:ad:be:ef:%02x:%02x".formatted(macs >> 8, macs++ & 0xff);
  }

  /** Answers one call of {@code tart}, and returns when that has ended. */
  void answer(ShimCall call) {
    switch (call.arguments.isEmpty() ? "" : call.arguments.get(0)) {
      case "--version" -> {
        call.out(version);
        call.exit(0);
      }
      case "list" -> TartList.answer(call, all());
      case "clone" -> cloneVm(call);
      case "pull" -> pull(call);
      case "set" -> set(call);
      case "run" -> run(call);
      case "ip" -> ip(call);
      case "get" -> get(call);
      case "suspend" -> suspend(call);
      case "rename" -> rename(call);
      case "stop" -> stop(call);
      case "delete" -> delete(call);
      default -> {
        call.err("Error: Unexpected argument\nUsage: tart <subcommand>");
        call.exit(64);
      }
    }
  }

  private synchronized List<TartVm> all() {
    return new ArrayList<>(vms.values());
  }

  private static void fail(ShimCall call, int code, String message) {
    call.err(message);
    call.exit(code);
  }

  private static String missing(String vm) {
    return "the specified VM \"" + vm + "\" does not exist";
  }

  private void pull(ShimCall call) {
    String image = call.arguments.get(1);
    synchronized (this) {
      if (vms.containsKey(image)) {
        call.exit(0);
        return;
      }
    }
    call.out("pulling " + image + "...");
    for (int step = 0; step < PULL_STEPS; step++) {
      call.out(100 * step / PULL_STEPS + "%");
      if (call.endsWithin(times.pull().dividedBy(PULL_STEPS))) {
        return;
      }
      if (registryAway) {
        fail(call, 1, "Error: The Internet connection appears to be offline.");
        return;
      }
      if (diskFull) {
        fail(call, 1, "Error: You can’t save the file “disk.img” because the volume is full.");
        return;
      }
    }
    add(image, true);
    call.exit(0);
  }

  private void cloneVm(ShimCall call) {
    String from = call.arguments.get(1);
    String to = call.arguments.get(2);
    if (to.contains("/")) {
      fail(call, 64, "Error: <new-name> should be a local name");
      return;
    }
    synchronized (this) {
      if (!vms.containsKey(from)) {
        fail(call, 2, missing(from));
        return;
      }
    }
    if (call.endsWithin(times.copy())) {
      return;
    }
    synchronized (this) {
      TartVm source = vms.get(from);
      if (source == null) {
        fail(call, 2, missing(from));
        return;
      }
      if (diskFull) {
        fail(call, 1, "Error: You can’t save the file “disk.img” because the volume is full.");
        return;
      }
      boolean taken =
          !source.saved
              && vms.values().stream().anyMatch(v -> !v.cached && v.mac.equals(source.mac));
      // What has this name already is replaced without a word; its run goes on, unlisted.
      vms.put(to, source.as(to, taken ? newMac() : source.mac));
    }
    call.exit(0);
  }

  private synchronized void set(ShimCall call) {
    TartVm vm = vms.get(call.arguments.get(1));
    if (vm == null) {
      fail(call, 2, missing(call.arguments.get(1)));
      return;
    }
    if (!call.option("--cpu").isEmpty()) {
      vm.cpus = Integer.parseInt(call.option("--cpu"));
    }
    if (!call.option("--memory").isEmpty()) {
      vm.memory = Integer.parseInt(call.option("--memory"));
    }
    if (call.arguments.contains("--random-mac")) {
      TartVm other = vm.as(vm.name, newMac());
      other.run = vm.run;
      vms.put(vm.name, other);
    }
    call.exit(0);
  }

  private void run(ShimCall call) {
    String vm = call.arguments.get(1);
    boolean resumes;
    synchronized (this) {
      TartVm found = vms.get(vm);
      if (found == null) {
        fail(call, 1, "Error: " + missing(vm));
        return;
      }
      if (found.running()) {
        fail(call, 2, "VM \"" + vm + "\" is already running!");
        return;
      }
      found.run = Optional.of(call); // from the lock on, before it has started
      found.suspendable = found.saved || call.arguments.contains("--suspendable");
      resumes = found.saved;
      mostAtOnce = Math.max(mostAtOnce, running().size());
    }
    try {
      if (call.endsWithin(times.start())) {
        return;
      }
      Optional<String> refusal = refusal(vm);
      if (refusal.isPresent()) {
        release(vm, call);
        fail(call, 1, refusal.get());
        return;
      }
      if (resumes && !restored(vm, call)) {
        return;
      }
      if (!resumes && call.endsWithin(times.boot())) {
        return;
      }
      booted(vm, call);
      call.awaitEnd();
    } finally {
      release(vm, call);
    }
  }

  /** Whether it goes on from its saved state, which is gone then; else it is there still. */
  private synchronized boolean restored(String vm, ShimCall call) {
    if (suspending.resumeFails) {
      release(vm, call);
      fail(call, 1, "Error: Error Domain=VZErrorDomain Code=12 \"The restore failed.\"");
      return false;
    }
    TartVm found = vms.get(vm);
    if (found != null) {
      found.saved = false;
    }
    call.out("restoring VM state from a snapshot...");
    call.out("resuming VM...");
    return true;
  }

  private synchronized void get(ShimCall call) {
    TartVm vm = vms.get(call.arguments.get(1));
    if (vm == null) {
      fail(call, 2, missing(call.arguments.get(1)));
      return;
    }
    call.out(TartList.one(vm));
    call.exit(0);
  }

  /** Only asks the {@code run} to do it, and says nothing of how that goes. */
  private void suspend(ShimCall call) {
    String name = call.arguments.get(1);
    Optional<ShimCall> run;
    boolean able;
    synchronized (this) {
      TartVm vm = vms.get(name);
      if (vm == null) {
        fail(call, 2, missing(name));
        return;
      }
      if (!vm.running()) {
        fail(call, 2, "VM \"" + name + "\" is not running");
        return;
      }
      run = vm.run;
      able = vm.suspendable && !suspending.suspendFails;
    }
    call.exit(0);
    if (!suspending.suspendHangs) {
      LockSupport.parkNanos(times.start().toNanos());
      suspended(name, run.get(), able);
    }
  }

  private void suspended(String name, ShimCall run, boolean able) {
    run.out("pausing VM to take a snapshot...");
    boolean ours;
    synchronized (this) {
      TartVm vm = vms.get(name);
      ours = vm != null && vm.run.equals(Optional.of(run));
      if (vm != null && ours) {
        vm.saved = able;
        stopped(vm);
      }
    }
    if (ours) {
      guests.kill(name);
      run.out(able ? "snapshot created successfully!" : "Failed to suspend the VM: not supported");
      run.exit(able ? 0 : 1);
    }
  }

  private synchronized void rename(ShimCall call) {
    String from = call.arguments.get(1);
    String to = call.arguments.get(2);
    TartVm vm = vms.get(from);
    if (vm == null) {
      fail(call, 64, "Error: failed to rename a non-existent local VM: " + from);
    } else if (vms.containsKey(to)) {
      fail(
          call,
          64,
          "Error: failed to rename VM "
              + from
              + ", target VM "
              + to
              + " already exists, delete it first!");
    } else {
      TartVm renamed = vm.as(to, vm.mac);
      renamed.run = vm.run;
      renamed.address = vm.address;
      vms.remove(from);
      vms.put(to, renamed);
      call.exit(0);
    }
  }

  /** The saved states of all that are suspended are gone. */
  synchronized void dropSavedStates() {
    vms.values().forEach(vm -> vm.saved = false);
  }

  synchronized Set<String> suspended() {
    Set<String> names = new HashSet<>();
    vms.values().stream().filter(vm -> vm.saved && !vm.running()).forEach(vm -> names.add(vm.name));
    return names;
  }

  private synchronized Optional<String> refusal(String vm) {
    Set<String> others = running();
    others.remove(vm);
    if (phantom || others.size() >= LIMIT) {
      String known = others.isEmpty() ? "" : " (other running VMs: " + join(others) + ")";
      return Optional.of("The number of VMs exceeds the system limit" + known);
    }
    return keychainLocked
        ? Optional.of(
            "Error: Error Domain=VZErrorDomain Code=1 \"The virtual machine failed to start.\""
                + " UserInfo={NSLocalizedFailure=Internal Virtualization error.}")
        : Optional.empty();
  }

  private static String join(Set<String> names) {
    return String.join(", ", names);
  }

  private void booted(String vm, ShimCall call) {
    String address = guests.boot(vm);
    synchronized (this) {
      TartVm found = vms.get(vm);
      if (found != null && found.run.equals(Optional.of(call))) {
        found.address = Optional.of(address);
        leases.put(found.mac, address);
        return;
      }
    }
    guests.kill(vm); // it was stopped meanwhile
  }

  private void release(String vm, ShimCall call) {
    boolean ours;
    synchronized (this) {
      TartVm found = vms.get(vm);
      ours = found != null && found.run.equals(Optional.of(call));
      if (found != null && ours) {
        stopped(found);
      }
    }
    if (ours) {
      guests.kill(vm);
    }
  }

  private void stopped(TartVm vm) {
    vm.run = Optional.empty();
    vm.address = Optional.empty();
  }

  private synchronized void ip(ShimCall call) {
    TartVm vm = vms.get(call.arguments.get(1));
    if (vm == null) {
      fail(call, 2, missing(call.arguments.get(1)));
      return;
    }
    boolean lease = call.option("--resolver").isEmpty() || call.option("--resolver").equals("dhcp");
    Optional<String> address =
        lease ? Optional.ofNullable(leases.get(vm.mac)) : vm.address; // a lease outlives its VM
    if (vm.running() && vm.address.isPresent()) {
      address = oneAddress.or(() -> vm.address);
    }
    if (address.isEmpty()) {
      fail(call, 1, "no IP address found" + (vm.running() ? "" : ", is your VM running?"));
      return;
    }
    call.out(address.get());
    call.exit(0);
  }

  private void stop(ShimCall call) {
    String name = call.arguments.get(1);
    Optional<ShimCall> run;
    synchronized (this) {
      TartVm vm = vms.get(name);
      if (vm == null) {
        fail(call, 2, missing(name));
        return;
      }
      if (!vm.running() && vm.saved) {
        vm.saved = false;
        call.exit(0);
        return;
      }
      if (!vm.running()) {
        fail(call, 2, "VM \"" + name + "\" is not running");
        return;
      }
      run = vm.run;
    }
    if (call.endsWithin(times.stop())) {
      return;
    }
    run.get().out("Stopping VM...");
    run.get().exit(0);
    release(name, run.get());
    call.exit(0);
  }

  private synchronized void delete(ShimCall call) {
    String name = call.arguments.get(1);
    TartVm vm = vms.get(name);
    if (vm == null) {
      fail(call, 2, missing(name));
    } else if (vm.running()) {
      fail(call, 1, "VM \"" + name + "\" is running");
    } else {
      vms.remove(name);
      call.exit(0);
    }
  }
}
