package io.macpool.sim.ssh;

/** How a guest's network behaves. */
enum GuestNetwork {
  /** Connections are accepted and answered. */
  UP,
  /** TCP connects, then nothing is ever answered. */
  HUNG,
  /** Connections are refused. */
  REFUSED
}
