package io.macpool.brain.lifecycle.reconcile;

import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.slots.Cordons;
import io.macpool.brain.lifecycle.slots.HostWatch;
import io.macpool.brain.lifecycle.slots.SlotFollower;
import java.util.Objects;

/**
 * Who looks at ledger and inventory in each round of the {@link Reconciler}, each at one thing, and
 * does nothing between rounds. What is asked for by clients in the meantime does not belong here.
 *
 * @param cordons the hosts that are closed
 * @param leases the holders that have fallen silent
 * @param slots the hosts on which instances are shown
 * @param hosts the hosts that are lost
 * @param hygiene the hosts that are repaired
 */
public record SubReconcilers(
    Cordons cordons, Leases leases, SlotFollower slots, HostWatch hosts, HostHygiene hygiene) {

  public SubReconcilers {
    Objects.requireNonNull(cordons, "cordons");
    Objects.requireNonNull(leases, "leases");
    Objects.requireNonNull(slots, "slots");
    Objects.requireNonNull(hosts, "hosts");
    Objects.requireNonNull(hygiene, "hygiene");
  }
}
