package io.macpool.console.watch;

import java.util.Objects;
import java.util.Optional;

/**
 * Whom the console asks, again and again. Who tells something of itself does not belong here.
 *
 * @param clusters empty if no Kubernetes API is to be asked
 */
public record Peers(Poller<BrokerState> broker, Optional<Poller<ClusterState>> clusters) {

  public Peers {
    Objects.requireNonNull(broker, "broker");
    Objects.requireNonNull(clusters, "clusters");
  }
}
