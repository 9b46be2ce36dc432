package io.macpool.brain.tart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How Macs are reached.
 *
 * @param hosts the hosts file, followed when it changes
 * @param key the private key that they let in
 * @param knownHosts their host keys, in OpenSSH's format
 * @param interval between two looks at a Mac
 * @param lookLimit the longest that a look may take; a Mac that takes longer is lost
 * @param taskLimit the longest that a clone may take
 * @param settle how long a VM that was started is looked at before it counts as started
 * @param staleAfter an inventory that was not confirmed for so long is unknown
 * @param relay where guests in tart's NAT are reached; empty: at their addresses, as bridged ones
 * @param guestPort that guests take SSH at
 * @param pull images that every Mac is to have, beside those that the hosts file says
 */
public record TartOptions(
    Path hosts,
    Path key,
    Path knownHosts,
    Duration interval,
    Duration lookLimit,
    Duration taskLimit,
    Duration settle,
    Duration staleAfter,
    Optional<RelayAddress> relay,
    int guestPort,
    Set<String> pull) {

  public TartOptions {
    Objects.requireNonNull(hosts, "hosts");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(knownHosts, "knownHosts");
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(lookLimit, "lookLimit");
    Objects.requireNonNull(taskLimit, "taskLimit");
    Objects.requireNonNull(settle, "settle");
    Objects.requireNonNull(staleAfter, "staleAfter");
    Objects.requireNonNull(relay, "relay");
    pull = Set.copyOf(pull);
  }

  /** The same that brings images to every Mac. */
  public TartOptions pulling(Set<String> images) {
    return new TartOptions(
        hosts,
        key,
        knownHosts,
        interval,
        lookLimit,
        taskLimit,
        settle,
        staleAfter,
        relay,
        guestPort,
        images);
  }
}
