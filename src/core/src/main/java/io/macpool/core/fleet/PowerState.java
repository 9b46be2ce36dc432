package io.macpool.core.fleet;

/** Whether a machine is on, as last seen; {@code UNKNOWN} is a state of our sight, not of it. */
public enum PowerState {
  ON,
  OFF,
  SUSPENDED,
  UNKNOWN
}
