package io.macpool.brain.lifecycle.create;

import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import java.util.Objects;

/**
 * How instances begin and how they end, for whoever has some made for itself and takes care that
 * they go. There is no third way to change the fleet.
 */
public record Provisioning(Creations creations, Reclaimer reclaimer) {

  public Provisioning {
    Objects.requireNonNull(creations, "creations");
    Objects.requireNonNull(reclaimer, "reclaimer");
  }
}
