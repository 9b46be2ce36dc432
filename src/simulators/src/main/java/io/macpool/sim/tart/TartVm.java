package io.macpool.sim.tart;

import java.util.Optional;

/** One VM of a Mac; guarded by the Mac's lock. */
final class TartVm {

  final String name;
  final boolean cached;
  final String mac;
  int cpus = 4;
  int memory = 8192;
  int disk = 50;

  /** The {@code run} that holds its lock. */
  Optional<ShimCall> run = Optional.empty();

  /** Whether that {@code run} lets it be suspended. */
  boolean suspendable;

  /** Whether its state was saved when it was suspended. */
  boolean saved;

  /** Told once it has booted. */
  Optional<String> address = Optional.empty();

  TartVm(String name, boolean cached, String mac) {
    this.name = name;
    this.cached = cached;
    this.mac = mac;
  }

  boolean running() {
    return run.isPresent();
  }

  String state() {
    return running() ? "running" : saved ? "suspended" : "stopped";
  }

  /** A copy; the saved state goes with the MAC. */
  TartVm as(String other, String withMac) {
    TartVm copy = new TartVm(other, false, withMac);
    copy.cpus = cpus;
    copy.memory = memory;
    copy.disk = disk;
    copy.saved = saved && withMac.equals(mac);
    return copy;
  }
}
