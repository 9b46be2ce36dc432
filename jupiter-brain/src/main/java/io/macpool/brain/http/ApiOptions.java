package io.macpool.brain.http;

import io.macpool.service.setting.ListenAddress;
import java.time.Duration;
import java.util.Objects;

/**
 * How the API is served.
 *
 * @param requestTimeout the longest that a request may take
 * @param lifetime the longest that an instance may be up, which clients are told
 */
public record ApiOptions(
    ListenAddress address,
    Duration requestTimeout,
    int maxCpus,
    long maxRamMb,
    Duration lifetime,
    int slotsPerHost) {
  public ApiOptions {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(requestTimeout, "requestTimeout");
    Objects.requireNonNull(lifetime, "lifetime");
  }
}
