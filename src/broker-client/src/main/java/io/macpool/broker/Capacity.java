package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What {@code GET /capacity} answers: the pool's slots, whole and by image and host.
 *
 * @param slots of all hosts that take part
 */
public record Capacity(
    String type,
    String id,
    Slots slots,
    @JsonProperty("by-image") List<ImageSlots> byImage,
    @JsonProperty("by-host") List<HostSlots> byHost) {

  public static final String TYPE = "capacity";

  /**
   * Slots and what they hold.
   *
   * @param total slots of connected hosts that are neither in maintenance nor cordoned, and slots
   *     elsewhere that are still in use
   * @param used held by instances with an owner, those being made or destroyed included
   * @param warm held by warm instances: they yield to demand
   * @param free held by nothing
   */
  public record Slots(int total, int used, int warm, int free) {}

  /** The slots that instances of one image hold. */
  public record ImageSlots(String image, int used, int warm) {}

  /**
   * One host's slots.
   *
   * @param state as text: ready, cordoned, draining or lost
   */
  public record HostSlots(
      String host,
      String state,
      int total,
      int used,
      int warm,
      int free,
      @JsonInclude(Include.NON_NULL) String reason) {}
}
