package io.macpool.brain.simulation;

/** A kind of thing that goes wrong. */
enum Mishap {
  /** Requests to vCenter and its answers are lost. */
  CALLS_FAIL,
  VCENTER_AWAY,
  HOST_LOST,
  /** A replica dies, at any of its steps. */
  REPLICA_DIES,
  /** A person destroys a machine. */
  MACHINE_DESTROYED,
  /** A person cordons a host, or drains it, and lifts that again. */
  CORDON,
  /** A person puts a machine into another folder, renames it, moves it to another host. */
  MACHINE_MOVED,
  /** A machine leaves the inventory and comes back under another reference. */
  MACHINE_LEAVES,
  /** The replicas' clocks differ by up to 25 s and jump; their monotonic ones drift. */
  CLOCKS_APART,
  /** A replica stands still, at any of its steps, and goes on as if nothing had been. */
  REPLICA_STANDS_STILL,
  /** A transaction is refused, or done and its answer lost. */
  TRANSACTION_FAILS,
  DATABASE_AWAY,
  /** An owner uses other owners' keys and leases, and lets go of nothing. */
  ROGUE_OWNER
}
