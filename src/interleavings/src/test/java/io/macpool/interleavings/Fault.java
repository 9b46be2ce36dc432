package io.macpool.interleavings;

/** A fault that can be planted in any class. */
public enum Fault {
  /** Nothing is {@code synchronized} any more. */
  NO_MONITOR,
  /** {@code compareAndSet} of an atomic compares, and then sets. */
  NO_COMPARE_AND_SET,
  /** What a concurrent map does at once, it does in two steps: it looks, and then it writes. */
  NO_ATOMIC_MAP,
  /** {@code tryLock} and {@code lock} of locks take nothing, and {@code unlock} frees nothing. */
  NO_LOCK
}
