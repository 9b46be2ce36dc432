package io.macpool.core.hygiene;

import io.macpool.core.Observed;
import io.macpool.core.hygiene.HostFault.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was noticed of a host since it booted, before it is judged.
 *
 * @param refusals creates in a row that it refused
 * @param silentGuests guests in a row that started and never answered
 * @param sharedAddresses addresses that two of its guests have at once
 * @param bootGrowth how many times as long as after its boot guests take to boot now
 * @param freeDisk the share of its disk that is free
 * @param failedConnections new connections to it in a row that were met with silence
 * @param now when the others were seen
 */
public record HostSymptoms(
    Optional<Row> refusals,
    Optional<Row> silentGuests,
    int sharedAddresses,
    Observed<Double> bootGrowth,
    Observed<Double> freeDisk,
    Observed<Integer> failedConnections,
    Instant now) {

  /**
   * What happened several times in a row.
   *
   * @param image of the last
   * @param at when the last was seen
   */
  public record Row(int count, Optional<String> image, Instant at) {
    public Row {
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(at, "at");
    }
  }

  /** New connections that fail once may be a lost packet. */
  private static final int CONNECTIONS = 3;

  public HostSymptoms {
    Objects.requireNonNull(refusals, "refusals");
    Objects.requireNonNull(silentGuests, "silentGuests");
    Objects.requireNonNull(bootGrowth, "bootGrowth");
    Objects.requireNonNull(freeDisk, "freeDisk");
    Objects.requireNonNull(failedConnections, "failedConnections");
    Objects.requireNonNull(now, "now");
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
                    seen(Cause.NO_NEW_CONNECTIONS, failed + " new connections in a row failed")));
    row(refusals, policy)
        .ifPresent(
            row ->
                faults.add(
                    of(Cause.REFUSALS, row, "it refused " + row.count() + " creates in a row")));
    row(silentGuests, policy)
        .ifPresent(
            row ->
                faults.add(
                    of(Cause.SILENT_GUESTS, row, row.count() + " guests in a row never answered")));
    if (sharedAddresses > 0) {
      faults.add(
          seen(
              Cause.SHARED_ADDRESSES,
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
                    seen(Cause.FREE_DISK, Math.round(share * 100) + " % of its disk are free")));
    bootGrowth
        .toOptional()
        .filter(times -> times >= HygienePolicy.SLOW_BOOT)
        .ifPresent(
            times ->
                faults.add(
                    seen(
                        Cause.SLOW_BOOTS,
                        "guests take " + Math.round(times) + " times as long to boot")));
    return faults;
  }

  private static Optional<Row> row(Optional<Row> row, HygienePolicy policy) {
    return row.filter(r -> r.count() >= policy.refusals());
  }

  private static HostFault of(Cause cause, Row row, String reason) {
    return new HostFault(cause, row.image(), row.at(), reason);
  }

  private HostFault seen(Cause cause, String reason) {
    return new HostFault(cause, Optional.empty(), now, reason);
  }
}
