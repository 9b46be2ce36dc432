package io.macpool.core.hygiene;

import io.macpool.core.Observed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was noticed of a host since it booted, before it is judged.
 *
 * @param image the image whose creates failed last
 * @param refusals creates in a row that it refused
 * @param silentGuests guests in a row that started and never answered
 * @param sharedAddresses addresses that two of its guests have at once
 * @param bootGrowth how many times as long as after its boot guests take to boot now
 * @param freeDisk the share of its disk that is free
 * @param failedConnections new connections to it in a row that failed
 * @param at when the last of these was seen
 */
public record HostSymptoms(
    Optional<String> image,
    int refusals,
    int silentGuests,
    int sharedAddresses,
    Observed<Double> bootGrowth,
    Observed<Double> freeDisk,
    Observed<Integer> failedConnections,
    Instant at) {

  /** New connections that fail once may be a lost packet. */
  private static final int CONNECTIONS = 3;

  public HostSymptoms {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(bootGrowth, "bootGrowth");
    Objects.requireNonNull(freeDisk, "freeDisk");
    Objects.requireNonNull(failedConnections, "failedConnections");
    Objects.requireNonNull(at, "at");
  }

  /** What that amounts to. What is not known is no fault. */
  public List<HostFault> faults(HygienePolicy policy) {
    List<HostFault> faults = new ArrayList<>();
    failedConnections
        .toOptional()
        .filter(failed -> failed >= CONNECTIONS)
        .ifPresent(
            failed ->
                faults.add(
                    fault(
                        HostFault.Cause.NO_NEW_CONNECTIONS,
                        failed + " new connections in a row failed")));
    if (refusals >= policy.refusals()) {
      faults.add(fault(HostFault.Cause.REFUSALS, "it refused " + refusals + " creates in a row"));
    }
    if (silentGuests >= policy.refusals()) {
      faults.add(
          fault(HostFault.Cause.SILENT_GUESTS, silentGuests + " guests in a row never answered"));
    }
    if (sharedAddresses > 0) {
      faults.add(
          fault(
              HostFault.Cause.SHARED_ADDRESSES,
              sharedAddresses
                  + (sharedAddresses == 1 ? " address is" : " addresses are")
                  + " held by two guests"));
    }
    freeDisk
        .toOptional()
        .filter(share -> share < HygienePolicy.LEAST_FREE_DISK)
        .ifPresent(
            share ->
                faults.add(
                    fault(
                        HostFault.Cause.FREE_DISK,
                        Math.round(share * 100) + " % of its disk are free")));
    bootGrowth
        .toOptional()
        .filter(times -> times >= HygienePolicy.SLOW_BOOT)
        .ifPresent(
            times ->
                faults.add(
                    fault(
                        HostFault.Cause.SLOW_BOOTS,
                        "guests take " + Math.round(times) + " times as long to boot")));
    return faults;
  }

  private HostFault fault(HostFault.Cause cause, String reason) {
    return new HostFault(cause, image, at, reason);
  }
}
