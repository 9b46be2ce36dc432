package io.macpool.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * A lease as {@code PUT /leases/ID} answers.
 *
 * @param expiresAt until when it lasts if it is not renewed
 */
public record LeaseInfo(String type, String id, @JsonProperty("expires-at") Instant expiresAt) {

  public static final String TYPE = "leases";
}
