package io.macpool.brain.simulation;

/** A fault that the broker, or what it rests on, is given on purpose: it must be found. */
enum Planted {
  NOTHING,
  /** It takes instances for too old after two minutes. */
  SHORT_CUTOFF,
  /** It thinks that each host has a slot more. */
  SLOT_TOO_MANY,
  /** It only says what it would destroy. */
  DESTROYS_NOTHING,
  /** Reservations do not see cordons. */
  BLIND_TO_CORDONS,
  /** An owner may hold one more than it may. */
  QUOTA_TOO_HIGH,
  /** Machines outside of its folder are none to it. */
  LOOKS_IN_ITS_FOLDER_ALONE,
  /** Leases are stamped by the replica's own clock, not by the database's. */
  STAMPS_BY_ITS_OWN_CLOCK,
  /** A key is everybody's, not its owner's. */
  KEYS_ARE_EVERYBODYS,
  /** An intent that was committed, though the answer was lost, is nobody's. */
  FORGETS_ITS_INTENTS
}
