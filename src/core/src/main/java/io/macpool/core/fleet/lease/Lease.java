package io.macpool.core.fleet.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * A holder's right to the instances that it made under it, for as long as it keeps renewing it. Ids
 * are the owner's own.
 *
 * @param owner the name of the token that made it
 * @param renewedAt when the holder was last heard
 * @param duration how long the right lasts from then on
 */
public record Lease(String owner, String id, Instant renewedAt, Duration duration) {

  public Lease {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(renewedAt, "renewedAt");
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("lease " + id + " lasts " + duration);
    }
  }

  public Instant expiresAt() {
    return renewedAt.plus(duration);
  }
}
