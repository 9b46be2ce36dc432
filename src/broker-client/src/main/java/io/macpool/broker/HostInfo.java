package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

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
    String id,
    String name,
    String state,
    @JsonInclude(Include.NON_NULL) String reason,
    int total,
    int used,
    int warm,
    int free,
    @JsonInclude(Include.NON_NULL) @JsonProperty("cordoned-since") Instant cordonedSince,
    @JsonInclude(Include.NON_NULL) @JsonProperty("cordoned-by") String cordonedBy,
    @JsonInclude(Include.NON_NULL) Instant booted,
    @JsonInclude(Include.NON_NULL) String hygiene,
    @JsonInclude(Include.NON_NULL) @JsonProperty("hygiene-reason") String hygieneReason,
    @JsonInclude(Include.NON_NULL) String provider,
    @JsonInclude(Include.NON_NULL) String architecture) {

  public static final String TYPE = "hosts";
}
