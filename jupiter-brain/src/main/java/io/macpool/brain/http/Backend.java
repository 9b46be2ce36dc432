package io.macpool.brain.http;

import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.Leases;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.brain.lifecycle.slots.SlotAvailability;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What the API answers from. Whatever only HTTP knows, as limits of requests and who may call, does
 * not belong here.
 *
 * @param instances what clients may ask for
 * @param leases under which clients hold instances
 * @param fleet what is shown of instances, hosts and images
 * @param availability why slots are not given, as it is told
 * @param hygiene how far repairs of hosts are, as it is told
 * @param warnings what is wrong, in words
 */
public record Backend(
    Instances instances,
    Leases leases,
    FleetState fleet,
    SlotAvailability availability,
    HostHygiene hygiene,
    Supplier<List<String>> warnings) {

  public Backend {
    Objects.requireNonNull(instances, "instances");
    Objects.requireNonNull(leases, "leases");
    Objects.requireNonNull(fleet, "fleet");
    Objects.requireNonNull(availability, "availability");
    Objects.requireNonNull(hygiene, "hygiene");
    Objects.requireNonNull(warnings, "warnings");
  }
}
