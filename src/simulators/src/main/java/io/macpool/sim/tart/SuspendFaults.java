package io.macpool.sim.tart;

/** What goes wrong with suspended VMs of one Mac. */
final class SuspendFaults {

  volatile boolean suspendHangs;
  volatile boolean suspendFails;
  volatile boolean resumeFails;
}
