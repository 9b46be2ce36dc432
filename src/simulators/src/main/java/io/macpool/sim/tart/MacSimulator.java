package io.macpool.sim.tart;

import io.macpool.sim.ssh.CommandServer;
import io.macpool.sim.ssh.GuestKeys;
import io.macpool.sim.vcenter.GuestPower;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One Mac: its VMs, what it does when it is asked, and what fate does to it. Thread-safe.
 *
 * <p>Two VMs run at most. A VM lives as long as the process of its {@code run}.
 */
public final class MacSimulator implements AutoCloseable {

  /** What is on its PATH of its own. */
  static final List<String> COMMANDS =
      List.of("tart", "sysctl", "uname", "df", "ps", "sw_vers", "security", "who", "defaults");

  private static final int LIMIT = 2;
  private static final int LOCKED = 36; // errSecInteractionNotAllowed, as a shell sees it
  private static final long DISK_KB = 488_000_000;
  private static final long FULL_KB = 1_000;

  private final String name;
  private final Path home;
  private final MacTimes times;
  private final GuestPower guests;
  private final CommandServer server;
  private final Map<String, TartVm> vms = new TreeMap<>();
  private final Set<ShimCall> calls = ConcurrentHashMap.newKeySet();
  private final Map<String, String> leases = new TreeMap<>();
  private Instant booted = Instant.now().minus(Duration.ofDays(3));
  private int macs = 1;
  private String version = "2.32.1";
  private boolean phantom;
  private boolean keychainLocked;
  private boolean diskFull;
  private Optional<String> oneAddress = Optional.empty();

  MacSimulator(
      String name, Path home, Path bin, MacTimes times, GuestPower guests, GuestKeys keys) {
    this.name = name;
    this.home = home;
    this.times = times;
    this.guests = guests;
    this.server =
        CommandServer.start(
            keys,
            MacFleet.USER,
            home,
            Map.of("HOME", home.toString(), "PATH", bin + ":/usr/bin:/bin", "LANG", "C.UTF-8"));
  }

  public String name() {
    return name;
  }

  public int port() {
    return server.port();
  }

  /** Puts a local VM there, as a person does. */
  public synchronized MacSimulator withVm(String vm) {
    vms.put(vm, new TartVm(vm, false, newMac()));
    return this;
  }

  /** Puts an image of a registry into its cache. */
  public synchronized MacSimulator withCached(String image) {
    vms.put(image, new TartVm(image, true, newMac()));
    return this;
  }

  /** Takes a VM away, as a person does. */
  public synchronized void remove(String vm) {
    vms.remove(vm);
  }

  /** Starts a VM by hand: it runs, and no broker asked for it. */
  public synchronized void startByHand(String vm) {
    TartVm found = vms.get(vm);
    found.run = Optional.of(new ShimCall(name, "tart", 1, List.of("run", vm), null));
  }

  /** The names of its local VMs. */
  public synchronized Set<String> localVms() {
    Set<String> names = new HashSet<>();
    vms.values().stream().filter(vm -> !vm.cached).forEach(vm -> names.add(vm.name));
    return names;
  }

  /** The names of those that run. */
  public synchronized Set<String> runningVms() {
    Set<String> names = new HashSet<>();
    vms.values().stream().filter(TartVm::running).forEach(vm -> names.add(vm.name));
    return names;
  }

  /** The version of its tart. */
  public synchronized void version(String of) {
    version = of;
  }

  /** Whether {@code run} says that there are too many VMs though there are not. */
  public synchronized void phantomLimit(boolean on) {
    phantom = on;
  }

  /** Whether guests of newer systems can't be started, as nobody is logged in. */
  public synchronized void keychainLocked(boolean on) {
    keychainLocked = on;
  }

  /** Whether nothing can be cloned for want of room. */
  public synchronized void diskFull(boolean on) {
    diskFull = on;
  }

  /** All its guests seem to have this address, as when the DHCP server has no more. */
  public synchronized void oneAddress(Optional<String> address) {
    oneAddress = address;
  }

  /** Falls silent, or speaks again; what runs goes on. */
  public void hang(boolean on) {
    server.hang(on);
  }

  /** Drops its connections; what runs goes on. */
  public void cut() {
    server.cut();
  }

  /** Ends the {@code run} of a VM as {@code kill -9} does. */
  public void killRun(String vm) {
    Optional<ShimCall> run;
    synchronized (this) {
      run = Optional.ofNullable(vms.get(vm)).flatMap(found -> found.run);
    }
    run.ifPresent(ShimCall::kill);
  }

  /** Goes down and comes up: nothing runs, and every VM is there. */
  public void reboot() {
    server.killCommands();
    List.copyOf(calls).forEach(ShimCall::kill);
    server.cut();
    synchronized (this) {
      booted = Instant.now();
      phantom = false;
      vms.values().forEach(this::stopped);
      leases.clear();
    }
  }

  private String newMac() {
    return "de:ad:be:ef:%02x:%02x".formatted(macs >> 8, macs++ & 0xff);
  }

  /** Answers one command, and returns when it has ended. */
  void answer(ShimCall call) {
    calls.add(call);
    try {
      if (call.command.equals("tart")) {
        tart(call);
      } else {
        system(call);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.exit(137);
    } finally {
      calls.remove(call);
    }
  }

  private synchronized void system(ShimCall call) {
    switch (call.command) {
      case "sysctl" ->
          call.out("{ sec = " + booted.getEpochSecond() + ", usec = 0 } Thu Jan  1 00:00:00 2026");
      case "uname" -> call.out("arm64");
      case "df" -> {
        long free = diskFull ? FULL_KB : DISK_KB / 2;
        call.out("Filesystem 1024-blocks Used Available Capacity Mounted on");
        call.out("/dev/disk3s5 " + DISK_KB + " " + (DISK_KB - free) + " " + free + " 50% /");
      }
      case "ps" -> {
        calls.stream()
            .filter(other -> other.command.equals("tart"))
            .forEach(other -> call.out(other.line("/opt/homebrew/bin/tart")));
        server.running().forEach(line -> call.out(line.replace('\n', ' ')));
      }
      case "sw_vers" -> call.out(call.arguments.contains("-buildVersion") ? "25A354" : "26.0");
      case "security" -> {
        call.exit(keychainLocked ? LOCKED : 0);
        return;
      }
      case "who" -> {
        if (!keychainLocked) {
          call.out("admin            console      Jan  1 00:00");
        }
      }
      case "defaults" -> call.out("{\n    DHCPLeaseTimeSecs = 600;\n}");
      default -> throw new IllegalStateException("no such command on this Mac: " + call.command);
    }
    call.exit(0);
  }

  private void tart(ShimCall call) throws InterruptedException {
    switch (call.arguments.isEmpty() ? "" : call.arguments.get(0)) {
      case "--version" -> {
        call.out(version);
        call.exit(0);
      }
      case "list" -> TartList.answer(call, all());
      case "clone" -> cloneVm(call);
      case "set" -> set(call);
      case "run" -> run(call);
      case "ip" -> ip(call);
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

  private void cloneVm(ShimCall call) throws InterruptedException {
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
    Thread.sleep(times.copy().toMillis());
    synchronized (this) {
      TartVm source = vms.get(from);
      if (diskFull) {
        fail(call, 1, "Error: You can’t save the file “disk.img” because the volume is full.");
        return;
      }
      boolean taken = vms.values().stream().anyMatch(v -> !v.cached && v.mac.equals(source.mac));
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

  /** Processors and memory (in MiB) of a VM. */
  public synchronized int[] size(String vm) {
    return new int[] {vms.get(vm).cpus, vms.get(vm).memory};
  }

  private void run(ShimCall call) throws InterruptedException {
    String vm = call.arguments.get(1);
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
    }
    try {
      Thread.sleep(times.start().toMillis());
      Optional<String> refusal = refusal(vm);
      if (refusal.isPresent()) {
        release(vm, call);
        fail(call, 1, refusal.get());
        return;
      }
      Thread boot = new Thread(() -> boot(vm, call), "mac-guest-boot");
      boot.setDaemon(true);
      boot.start();
      call.awaitEnd();
    } finally {
      release(vm, call);
    }
  }

  private synchronized Optional<String> refusal(String vm) {
    Set<String> others = runningVms();
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

  private void boot(String vm, ShimCall call) {
    try {
      Thread.sleep(times.boot().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
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
      if (ours) {
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

  private void stop(ShimCall call) throws InterruptedException {
    String name = call.arguments.get(1);
    Optional<ShimCall> run;
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
    }
    Thread.sleep(times.stop().toMillis());
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

  /** What a broker has written there, by the path below the user's home; empty if there is none. */
  public Optional<String> file(String path) throws IOException {
    Path file = home.resolve(path);
    return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  @Override
  public void close() {
    server.close();
    List.copyOf(calls).forEach(ShimCall::kill);
  }
}
