package io.macpool.operator.cluster.report;

import io.fabric8.kubernetes.api.model.Condition;
import io.macpool.core.Observed;
import io.macpool.core.pool.Backlog;
import io.macpool.operator.cluster.spec.ClusterKey;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The numbers of each cluster's last round, for meters. */
public final class ClusterGauges {

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final Map<Refusals.Part, LongAdder> refused = new EnumMap<>(Refusals.Part.class);

  public ClusterGauges() {
    for (Refusals.Part part : Refusals.Part.values()) {
      refused.put(part, new LongAdder());
    }
  }

  /**
   * One cluster.
   *
   * @param desired jobs at once that it may run
   * @param running jobs that it runs
   * @param bound processors that may be alive in its pods at most
   * @param queue that it looks at, if there is one
   * @param backlog of its queue, if it looks at one
   * @param conditions as in its status
   * @param stuck pods that can't start, by reason
   */
  public record Entry(
      int desired,
      int running,
      int bound,
      Optional<String> queue,
      Optional<Observed<Backlog>> backlog,
      List<Condition> conditions,
      Map<String, Integer> stuck) {

    /** Of a resource whose spec can't be used: its conditions alone are known. */
    public static Entry ofConditions(List<Condition> conditions) {
      return new Entry(0, 0, 0, Optional.empty(), Optional.empty(), conditions, Map.of());
    }
  }

  public void note(ClusterKey cluster, Entry entry) {
    entries.put(cluster.toString(), entry);
  }

  public void forget(ClusterKey cluster) {
    entries.remove(cluster.toString());
  }

  void refused(Refusals.Part part) {
    Objects.requireNonNull(refused.get(part), "every part has its count").increment();
  }

  /** By {@code namespace/name}. */
  public Map<String, Entry> entries() {
    return Map.copyOf(entries);
  }

  /** How often the API refused something, by what it was; every kind is there from the start. */
  public Map<String, LongAdder> refusals() {
    Map<String, LongAdder> all = new LinkedHashMap<>();
    refused.forEach(
        (part, count) -> all.put(part.name().toLowerCase(java.util.Locale.ROOT), count));
    return all;
  }
}
