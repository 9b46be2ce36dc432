package io.macpool.operator.cluster;

import io.macpool.core.Observed;
import io.macpool.core.pool.Backlog;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The numbers of each cluster's last round, for meters. */
public final class ClusterBoard {

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /**
   * One cluster.
   *
   * @param desired jobs at once that it may run
   * @param running jobs that it runs
   * @param bound processors that may be alive in its pods at most
   * @param backlog of its queue, if it follows one
   */
  public record Entry(int desired, int running, int bound, Optional<Observed<Backlog>> backlog) {}

  void note(ClusterKey cluster, Entry entry) {
    entries.put(cluster.toString(), entry);
  }

  void forget(ClusterKey cluster) {
    entries.remove(cluster.toString());
  }

  /** By {@code namespace/name}. */
  public Map<String, Entry> entries() {
    return Map.copyOf(entries);
  }
}
