package io.macpool.brain.http;

import io.macpool.service.ListenAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * How the API is served.
 *
 * @param requestTimeout the longest that a request may take
 */
public record ApiOptions(
    ListenAddress address, Duration requestTimeout, int maxCpus, long maxRamMb, int slotsPerHost) {
  public ApiOptions {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(requestTimeout, "requestTimeout");
  }
}
