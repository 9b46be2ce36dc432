package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One image as {@code GET /images} answers.
 *
 * @param id its name, which is what a create asks for
 * @param cpus 0 when not known
 * @param ram in MB, 0 when not known
 * @param state {@code ready}, {@code quarantined}, or {@code unusable} for want of a snapshot
 * @param reason why it is not ready; absent if it is
 * @param until when a quarantine ends; absent without one
 * @param provider who has it; absent where the broker has one provider
 * @param pulls hosts that it is still to be brought to; absent if there are none
 * @param suspended guests that hosts keep suspended; absent where none are kept nor wanted
 */
public record ImageInfo(
    String type,
    @JsonProperty(required = true) String id,
    int cpus,
    long ram,
    @JsonProperty("instant-clone") boolean instantClone,
    @JsonProperty(required = true) String state,
    int used,
    int warm,
    @JsonInclude(Include.NON_NULL) @Nullable String reason,
    @JsonInclude(Include.NON_NULL) @Nullable Instant until,
    @JsonInclude(Include.NON_NULL) @Nullable String provider,
    @JsonInclude(Include.NON_EMPTY) List<Pull> pulls,
    @JsonInclude(Include.NON_NULL) @Nullable Suspended suspended) {

  /**
   * Guests that hosts keep suspended, and what is known of how long starts take: medians, in
   * seconds, from the order to the answer of the SSH server, as this replica saw them.
   *
   * @param kept that can be resumed now
   * @param wanted by the hosts' settings
   * @param boots clones that were booted and measured
   * @param boot absent if there were none
   * @param resumes that were measured
   * @param resume absent if there were none
   * @param reason why no more are made; absent if they are, or enough are kept
   */
  public record Suspended(
      int kept,
      int wanted,
      int boots,
      @JsonProperty("boot-seconds") @JsonInclude(Include.NON_NULL) @Nullable Double boot,
      int resumes,
      @JsonProperty("resume-seconds") @JsonInclude(Include.NON_NULL) @Nullable Double resume,
      @JsonInclude(Include.NON_NULL) @Nullable String reason) {}

  /**
   * A host that lacks the image and is to have it.
   *
   * @param percent how much of it is there; absent while it is not under way
   * @param reason why it is not under way; absent if it is, or waits for its turn
   */
  public record Pull(
      String host,
      @JsonInclude(Include.NON_NULL) @Nullable Integer percent,
      @JsonInclude(Include.NON_NULL) @Nullable String reason) {}

  public static final String TYPE = "images";

  /** An answer without these is none. */
  public ImageInfo {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(state, "state");
  }
}
