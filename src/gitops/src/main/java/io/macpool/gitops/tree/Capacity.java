package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an environment's workers may run at once, and what its hardware holds.
 *
 * @param pools by name
 */
public record Capacity(Map<String, Pool> pools, List<Demand> demands) {

  /**
   * A HardwarePool.
   *
   * @param slots empty when the pool reads them from its broker
   * @param reserve slots kept out of the shares
   */
  public record Pool(String name, Optional<Integer> slots, int reserve) {

    /** Slots for jobs; empty when not written down. */
    public Optional<Integer> room() {
      return slots.map(number -> number - reserve);
    }
  }

  /**
   * The jobs that a worker release may run at once.
   *
   * @param pool the HardwarePool that bounds it; empty if none does
   * @param pointer to the number that a person would change
   */
  public record Demand(Release release, String pool, long jobs, String pointer) {}

  public Capacity {
    pools = new TreeMap<>(pools);
    demands = List.copyOf(demands);
  }

  public static Capacity of(DeployTree tree, Environment environment) {
    Map<String, Pool> pools = new TreeMap<>();
    for (Environment.Located at : environment.documents("HardwarePool")) {
      JsonNode spec = at.document().content().path("spec");
      Optional<Integer> slots =
          spec.path("slots").isInt() || spec.path("slots").isLong()
              ? Optional.of(spec.path("slots").asInt())
              : Optional.empty();
      String name = at.document().name();
      pools.put(name, new Pool(name, slots, spec.path("reserve").asInt(0)));
    }
    List<Demand> demands = new ArrayList<>();
    for (Release release : environment.releases()) {
      if (release.chart().equals(Chart.WORKER)) {
        demands.add(demand(tree, release));
      }
    }
    return new Capacity(pools, demands);
  }

  public long jobs() {
    return demands.stream().mapToLong(Demand::jobs).sum();
  }

  public long jobs(String pool) {
    return demands(pool).stream().mapToLong(Demand::jobs).sum();
  }

  public List<Demand> demands(String pool) {
    return demands.stream().filter(demand -> demand.pool().equals(pool)).toList();
  }

  /** Slots of all pools that are written down, and what they keep in reserve left out. */
  public long room() {
    return pools.values().stream().mapToLong(pool -> pool.room().orElse(0)).sum();
  }

  private static Demand demand(DeployTree tree, Release release) {
    boolean cluster = value(tree, release, "/cluster/enabled").asBoolean(true);
    if (cluster) {
      return new Demand(
          release,
          value(tree, release, "/cluster/hardwarePool").asText(""),
          value(tree, release, "/cluster/maxJobs").asLong(0),
          "/spec/values/cluster/maxJobs");
    }
    long pods = value(tree, release, "/replicaCount").asLong(0);
    return new Demand(
        release,
        "",
        pods * value(tree, release, "/poolSize").asLong(0),
        "/spec/values/replicaCount");
  }

  private static JsonNode value(DeployTree tree, Release release, String pointer) {
    JsonNode own = release.values().at(pointer);
    return own.isMissingNode() && tree.chart(release).isPresent()
        ? tree.chart(release).get().defaults().at(pointer)
        : own;
  }
}
