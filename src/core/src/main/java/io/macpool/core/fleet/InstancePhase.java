package io.macpool.core.fleet;

/**
 * Where an instance stands in its life, as the ledger has it. It moves forward only; every phase
 * but {@code GONE} holds a slot.
 */
public enum InstancePhase {
  /** Intent is on record; the VM may exist or not. */
  REQUESTED,
  /** The VM exists and is being started. */
  CLONED,
  /** It runs: its owner has it, or it waits warm for one. */
  READY,
  /** It is to be destroyed, whoever lives or dies. */
  RECLAIMING,
  /** It is destroyed and holds nothing. */
  GONE;

  /** Whether its creation has not come to an end yet. */
  public boolean isBeingMade() {
    return this == REQUESTED || this == CLONED;
  }

  /** Whether it may move on to {@code next}. */
  public boolean mayBecome(InstancePhase next) {
    return compareTo(next) < 0;
  }
}
