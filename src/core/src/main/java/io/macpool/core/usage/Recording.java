package io.macpool.core.usage;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What was recorded of a pool. All lists are in any order, and may reach beyond the period.
 *
 * @param period that is asked for
 * @param hosts what each host was, and when
 * @param occupations what was in slots
 * @param gaps when nobody looked
 * @param waits how long those waited that came in the period, by cluster
 */
public record Recording(
    Period period,
    List<HostSpan> hosts,
    List<Occupation> occupations,
    List<Gap> gaps,
    Map<String, List<Duration>> waits) {

  public Recording {
    Objects.requireNonNull(period, "period");
    hosts = List.copyOf(hosts);
    occupations = List.copyOf(occupations);
    gaps = List.copyOf(gaps);
    waits = Map.copyOf(waits);
  }

  /**
   * A host for a while; its spans do not overlap.
   *
   * @param whenEmpty what its empty slots were: {@link SlotUse#IDLE}, {@link SlotUse#CORDONED} or
   *     {@link SlotUse#LOST}
   */
  public record HostSpan(String host, int slots, SlotUse whenEmpty, Period period) {
    public HostSpan {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(period, "period");
      if (slots < 0) {
        throw new IllegalArgumentException("a host with " + slots + " slots");
      }
      if (whenEmpty.isOccupied() || whenEmpty == SlotUse.UNRECORDED) {
        throw new IllegalArgumentException("an empty slot is not " + whenEmpty);
      }
    }
  }

  /**
   * One instance in a slot for a while, as one thing. What becomes another thing, such as warm and
   * then in use, has two, one after the other.
   *
   * @param owner empty if it had none, or one that nobody knows
   */
  public record Occupation(String host, Optional<String> owner, SlotUse use, Period period) {
    public Occupation {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(owner, "owner");
      Objects.requireNonNull(period, "period");
      if (!use.isOccupied()) {
        throw new IllegalArgumentException("no instance makes a slot " + use);
      }
    }
  }

  /**
   * When nothing was recorded of any host.
   *
   * @param cause for a person
   */
  public record Gap(Period period, String cause) {
    public Gap {
      Objects.requireNonNull(period, "period");
      Objects.requireNonNull(cause, "cause");
    }
  }
}
