package io.macpool.brain.vsphere.access;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How the fence is set up.
 *
 * @param passwordFile holds the password instead of the endpoint, and may change
 * @param paths what to watch; empty for whoever follows tasks alone
 * @param callLimit the longest that one call may take
 * @param taskLimit the longest that one task may take
 * @param staleAfter an inventory not confirmed for longer counts as unknown
 * @param reads direct reads at a time
 * @param questions how questions of machines are answered
 */
public record VSphereOptions(
    VSphereEndpoint endpoint,
    Optional<Path> passwordFile,
    TrustPolicy trust,
    Optional<InventoryPaths> paths,
    Duration callLimit,
    Duration taskLimit,
    Duration staleAfter,
    int reads,
    QuestionPolicy questions) {
  public VSphereOptions {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(passwordFile, "passwordFile");
    Objects.requireNonNull(trust, "trust");
    Objects.requireNonNull(paths, "paths");
    Objects.requireNonNull(callLimit, "callLimit");
    Objects.requireNonNull(taskLimit, "taskLimit");
    Objects.requireNonNull(staleAfter, "staleAfter");
    if (reads < 1) {
      throw new IllegalArgumentException("reads must be at least 1: " + reads);
    }
  }
}
