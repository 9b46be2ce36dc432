package io.macpool.sim.tart;

import io.macpool.sim.ssh.RemoteShell;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One Mac: what it does when it is asked, and what fate does to it. Thread-safe. */
public final class MacSimulator implements AutoCloseable {

  /** What is on its PATH of its own. */
  static final List<String> COMMANDS =
      List.of(
          "tart",
          "sysctl",
          "uname",
          "df",
          "ps",
          "sw_vers",
          "security",
          "who",
          "defaults",
          "sudo",
          "nc");

  private static final int LOCKED = 36; // errSecInteractionNotAllowed, as a shell sees it
  private static final long DISK_KB = 488_000_000;
  private static final long FULL_KB = 1_000;

  private final String name;
  private final Path home;
  private final RemoteShell server;
  private final MacVms vms;
  private final Set<ShimCall> calls = ConcurrentHashMap.newKeySet();
  private volatile boolean sudoer = true;
  private volatile boolean portsUsedUp;
  private volatile boolean guestsHidden;
  private volatile boolean somebodyElse;
  private volatile Optional<Integer> leaseSeconds = Optional.of(600);
  private volatile Instant booted = Instant.now().minus(Duration.ofDays(3));

  MacSimulator(String name, Path home, MacTimes times, GuestPower guests, RemoteShell server) {
    this.name = name;
    this.home = home;
    this.vms = new MacVms(times, guests);
    this.server = server;
  }

  public String name() {
    return name;
  }

  public int port() {
    return server.port();
  }

  /** Who may log in. */
  public String user() {
    return server.user();
  }

  /** Puts a local VM there, as a person does. */
  public MacSimulator withVm(String vm) {
    vms.add(vm, false);
    write(vm);
    return this;
  }

  /** Its disk is another file each time, as that of an image that was made anew. */
  private void write(String vm) {
    Path disk = home.resolve(".tart/vms").resolve(vm).resolve("disk.img");
    try {
      Files.createDirectories(disk.getParent());
      Path fresh = Files.writeString(disk.resolveSibling("disk.new"), vm);
      Files.move(fresh, disk, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + disk, e);
    }
  }

  /** Puts an image of a registry into its cache. */
  public MacSimulator withCached(String image) {
    vms.add(image, true);
    return this;
  }

  /** Takes a VM away, as a person does. */
  public void remove(String vm) {
    vms.remove(vm);
  }

  /** Starts a VM by hand: it runs, and no broker asked for it. */
  public void startByHand(String vm) {
    vms.runBy(vm, ShimCall.byHand(name, List.of("run", vm)));
  }

  /** The names of its local VMs. */
  public Set<String> localVms() {
    return vms.local();
  }

  /** The names of those that run. */
  public Set<String> runningVms() {
    return vms.running();
  }

  /** The names of those that are suspended. */
  public Set<String> suspendedVms() {
    return vms.suspended();
  }

  /** Whether {@code suspend} comes to no end. */
  public void suspendHangs(boolean on) {
    vms.suspending.suspendHangs = on;
  }

  /** Whether {@code suspend} ends in a VM that is off and has no saved state. */
  public void suspendFails(boolean on) {
    vms.suspending.suspendFails = on;
  }

  /** Whether no VM goes on from its saved state. */
  public void resumeFails(boolean on) {
    vms.suspending.resumeFails = on;
  }

  /** All saved states are gone: what was suspended is off. */
  public void dropSavedStates() {
    vms.dropSavedStates();
  }

  /** The most that were to run at a time, also those that it refused. */
  public int mostAtOnce() {
    return vms.mostAtOnce();
  }

  /** The version of its tart. */
  public void version(String of) {
    vms.version = of;
  }

  /** Whether {@code run} says that there are too many VMs though there are not. */
  public void phantomLimit(boolean on) {
    vms.phantomLimit(on);
  }

  /** Whether guests of newer systems can't be started, as nobody is logged in. */
  public void keychainLocked(boolean on) {
    vms.keychainLocked = on;
  }

  /** Whether nothing can be cloned for want of room. */
  public void diskFull(boolean on) {
    vms.diskFull = on;
  }

  /** Whether no registry is reached. */
  public void registryAway(boolean on) {
    vms.registryAway = on;
  }

  /** All its guests seem to have this address, as when the DHCP server has no more. */
  public void oneAddress(Optional<String> address) {
    vms.oneAddress(address);
  }

  /** Whether its user may run commands as root without a password. */
  public void sudoer(boolean may) {
    sudoer = may;
  }

  /** Whether no new connection of its own succeeds, until it is rebooted; others' do. */
  public void portsUsedUp(boolean on) {
    portsUsedUp = on;
  }

  /** Whether another user than that of its guests is logged in at the console. */
  public void somebodyElseLoggedIn(boolean on) {
    somebodyElse = on;
  }

  /** Whether it may not reach its guests, as a program without macOS's leave may not. */
  public void guestsHidden(boolean on) {
    guestsHidden = on;
  }

  /** How long leases of its DHCP server last; empty: nobody has set it. */
  public void leaseSeconds(Optional<Integer> seconds) {
    leaseSeconds = seconds;
  }

  /** It has been up since then. */
  public void upSince(Instant at) {
    booted = at;
  }

  /** When it booted. */
  public Instant booted() {
    return booted;
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
    vms.runOf(vm).ifPresent(ShimCall::kill);
  }

  /** Goes down and comes up: nothing runs, and every VM is there. */
  public void reboot() {
    server.killCommands();
    List.copyOf(calls).forEach(ShimCall::kill);
    server.cut();
    vms.rebooted();
    portsUsedUp = false;
    booted = Instant.now();
  }

  /** Answers one command, and returns when it has ended. */
  void answer(ShimCall call) {
    calls.add(call);
    try {
      if (call.command.equals("tart")) {
        vms.answer(call);
      } else {
        system(call);
      }
    } finally {
      calls.remove(call);
    }
  }

  private void system(ShimCall call) {
    switch (call.command) {
      case "sysctl" ->
          call.out("{ sec = " + booted.getEpochSecond() + ", usec = 0 } Thu Jan  1 00:00:00 2026");
      case "uname" -> call.out("arm64");
      case "df" -> {
        long free = vms.diskFull ? FULL_KB : DISK_KB / 2;
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
        call.exit(vms.keychainLocked ? LOCKED : 0);
        return;
      }
      case "who" -> {
        if (somebodyElse) {
          call.out("somebody         console      Jan  1 00:00");
        } else if (!vms.keychainLocked) {
          call.out(user() + "            console      Jan  1 00:00");
        }
      }
      case "asked-nc" -> {
        boolean toGuest = !call.arguments.contains("127.0.0.1");
        call.exit(portsUsedUp || (guestsHidden && toGuest) ? 1 : 0);
        return;
      }
      case "sudo" -> {
        call.exit(sudoer ? 0 : 1);
        if (sudoer && call.arguments.equals(List.of("-n", "/sbin/shutdown", "-r", "now"))) {
          reboot();
        }
        return;
      }
      case "defaults" -> {
        if (leaseSeconds.isEmpty()) {
          call.err("The domain/default pair of (…, bootpd) does not exist");
          call.exit(1);
          return;
        }
        call.out("{\n    DHCPLeaseTimeSecs = " + leaseSeconds.get() + ";\n}");
      }
      default -> throw new IllegalStateException("no such command on this Mac: " + call.command);
    }
    call.exit(0);
  }

  /** Processors and memory (in MiB) of a VM. */
  public int[] size(String vm) {
    return vms.size(vm);
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
