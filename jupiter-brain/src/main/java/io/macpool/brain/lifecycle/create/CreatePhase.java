package io.macpool.brain.lifecycle.create;

import java.util.Locale;

/** The parts of a create's time, as metrics and log lines name them. */
enum CreatePhase {
  /** For a turn, or for a slot. */
  WAIT,
  /** Placement and the intent's record. */
  PLAN,
  CLONE,
  RESIZE,
  POWER_ON;

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
