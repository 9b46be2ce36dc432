package io.macpool.brain.lifecycle.slots;

import java.util.Objects;

/**
 * Why a slot that nobody uses may not be given to anybody. Each reason has its own source; only
 * reasons for which a host or a slot is passed over belong here.
 *
 * @param cordons a person, or a repair, has closed the host
 * @param quarantine creates failed there, or of that image
 * @param pending the machine that had the slot may still exist
 */
public record SlotAvailability(Cordons cordons, Quarantine quarantine, PendingSlots pending) {

  public SlotAvailability {
    Objects.requireNonNull(cordons, "cordons");
    Objects.requireNonNull(quarantine, "quarantine");
    Objects.requireNonNull(pending, "pending");
  }
}
