package io.macpool.core.simulation;

/** A fault that is put in on purpose: it must be found. */
enum Planted {
  NOTHING,
  /** A run acks its message when its report is out, not when that is confirmed. */
  ACKS_BEFORE_CONFIRM,
  /** Whoever gets a message again runs it, whoever holds its lock. */
  NO_CLAIM_BEFORE_RUN,
  /** A free lock is enough: no lease is waited for. */
  NO_LEASE,
  /** The end that is written last is told as well. */
  LAST_WORD_COUNTS,
  /** Whoever holds a message does not hear that its queue's node is gone. */
  DEAF_TO_CANCELS,
  /** A lost session counts as the script's end. */
  LOST_SESSION_PASSES,
  /** An instance is given up after one try. */
  RELEASES_ONCE,
  /** A smaller Deployment loses its busiest pods. */
  BUSIEST_POD_GOES,
  /** A pod that can't be asked holds nothing. */
  UNKNOWN_IS_ZERO
}
