package io.macpool.core.fleet;

/** Whether an instance was seen to be of use; says nothing of whether its owner knows of it. */
public enum Health {
  /** Nobody has seen its SSH server answer. */
  UNPROVEN,
  /** Its SSH server has answered. */
  PROVEN
}
