package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;

/**
 * One host as {@code GET /hosts} answers.
 *
 * @param state {@code ready}, {@code cordoned}, {@code draining}, {@code maintenance} or {@code
 *     lost}
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
    int free) {

  public static final String TYPE = "hosts";
}
