package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GET /capacity} answers: the pool's slots, whole and by image and host.
 *
 * @param slots of all hosts that take part
 * @param warnings what is wrong, in words; absent if all is well
 * @param waiting creates that the broker that answered keeps waiting; absent if it does not tell
 * @param forecast how long one more create would wait; absent if it would not, or the broker does
 *     not tell
 */
public record Capacity(
    String type,
    String id,
    @JsonProperty(required = true) Slots slots,
    @JsonProperty("by-image") List<ImageSlots> byImage,
    @JsonProperty("by-host") List<HostSlots> byHost,
    @JsonInclude(Include.NON_EMPTY) List<String> warnings,
    @JsonInclude(Include.NON_NULL) @Nullable List<Waiting> waiting,
    @JsonInclude(Include.NON_NULL) @Nullable Forecast forecast) {

  public static final String TYPE = "capacity";

  /** An answer without these is none. */
  public Capacity {
    Objects.requireNonNull(slots, "slots");
  }

  /** By a broker that foretells nothing. */
  public Capacity(
      String type,
      String id,
      Slots slots,
      List<ImageSlots> byImage,
      List<HostSlots> byHost,
      List<String> warnings,
      @Nullable List<Waiting> waiting) {
    this(type, id, slots, byImage, byHost, warnings, waiting, null);
  }

  /** By a broker that does not tell who waits. */
  public Capacity(
      String type,
      String id,
      Slots slots,
      List<ImageSlots> byImage,
      List<HostSlots> byHost,
      List<String> warnings) {
    this(type, id, slots, byImage, byHost, warnings, null, null);
  }

  /** Without anything wrong, by a broker that does not tell who waits. */
  public Capacity(
      String type, String id, Slots slots, List<ImageSlots> byImage, List<HostSlots> byHost) {
    this(type, id, slots, byImage, byHost, List.of(), null, null);
  }

  /**
   * Slots and what they hold.
   *
   * @param total slots of connected hosts that are neither in maintenance nor cordoned, and slots
   *     elsewhere that are still in use
   * @param used held by instances with an owner, those being made or destroyed included
   * @param warm held by warm instances: they yield to demand
   * @param free held by nothing
   * @param pending those among the used whose instance is being destroyed, or of which only vCenter
   *     can tell whether it exists
   */
  public record Slots(
      @JsonProperty(required = true) int total,
      @JsonProperty(required = true) int used,
      @JsonProperty(required = true) int warm,
      @JsonProperty(required = true) int free,
      int pending) {

    /** Without any that is pending. */
    public Slots(int total, int used, int warm, int free) {
      this(total, used, warm, free, 0);
    }
  }

  /**
   * Those of one owner who wait for a Mac.
   *
   * @param creates how many of its creates wait
   */
  public record Waiting(String owner, int creates) {}

  /**
   * How long one more create would wait for a slot, by how long owners kept their instances lately.
   * Either the two times are there, or why there are none.
   *
   * @param median as many waits are shorter as longer
   * @param latest nineteen of twenty waits are over by then
   * @param unknown why nobody can say
   */
  public record Forecast(
      @JsonInclude(Include.NON_NULL) @Nullable Duration median,
      @JsonInclude(Include.NON_NULL) @Nullable Duration latest,
      @JsonInclude(Include.NON_NULL) @Nullable String unknown) {}

  /**
   * The slots that instances of one image hold.
   *
   * @param provider who has the image; null where the broker has one provider
   */
  public record ImageSlots(
      String image, int used, int warm, @JsonInclude(Include.NON_NULL) @Nullable String provider) {

    /** Of an image of the only provider. */
    public ImageSlots(String image, int used, int warm) {
      this(image, used, warm, null);
    }
  }

  /**
   * One host's slots.
   *
   * @param state as text: ready, resting, cordoned, draining, maintenance or lost
   * @param provider who has it; absent where the broker has one provider
   */
  public record HostSlots(
      String host,
      String state,
      @JsonProperty(required = true) int total,
      @JsonProperty(required = true) int used,
      @JsonProperty(required = true) int warm,
      @JsonProperty(required = true) int free,
      @JsonInclude(Include.NON_NULL) @Nullable String reason,
      @JsonInclude(Include.NON_NULL) @Nullable String provider) {}
}
