package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One host as {@code GET /hosts} answers.
 *
 * @param state "ready", "resting" after creates that failed on it, "cordoned", "draining",
 *     "maintenance" or "lost"
 * @param cordonedSince when somebody cordoned it; absent if nobody did
 * @param cordonedBy who cordoned it
 * @param booted when it booted; absent while that is not known
 * @param hygiene how far its repair is: "resting", "draining", "rebooting", "probing", "watched",
 *     "failed" or "excused"; absent if it needs none
 * @param hygieneReason why it is under repair, or would be if it might be; absent if it need not
 * @param provider who has it; absent where the broker has one provider
 * @param architecture of its processors, such as arm64; absent where that is not told
 * @param reason why it is not ready, or holds more than it may; absent if all is well
 */
public record HostInfo(
    String type,
    @JsonProperty(required = true) String id,
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) String state,
    @JsonInclude(Include.NON_NULL) @Nullable String reason,
    @JsonProperty(required = true) int total,
    @JsonProperty(required = true) int used,
    @JsonProperty(required = true) int warm,
    @JsonProperty(required = true) int free,
    @JsonInclude(Include.NON_NULL) @JsonProperty("cordoned-since") @Nullable Instant cordonedSince,
    @JsonInclude(Include.NON_NULL) @JsonProperty("cordoned-by") @Nullable String cordonedBy,
    @JsonInclude(Include.NON_NULL) @Nullable Instant booted,
    @JsonInclude(Include.NON_NULL) @Nullable String hygiene,
    @JsonInclude(Include.NON_NULL) @JsonProperty("hygiene-reason") @Nullable String hygieneReason,
    @JsonInclude(Include.NON_NULL) @Nullable String provider,
    @JsonInclude(Include.NON_NULL) @Nullable String architecture) {

  public static final String TYPE = "hosts";

  /** More than any host has: whoever draws slots draws no more. */
  private static final int MOST_SLOTS = 1_000;

  /** An answer without these is none. */
  public HostInfo {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(state, "state");
    if (total < 0 || total > MOST_SLOTS) {
      throw new IllegalArgumentException("a host of %d slots".formatted(total));
    }
  }
}
