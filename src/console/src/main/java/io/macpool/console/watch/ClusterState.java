package io.macpool.console.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The operator's custom resources as their statuses tell. */
public record ClusterState(List<Cluster> clusters, List<Pool> pools) {

  /**
   * One WorkerCluster. Whatever its status does not tell is empty.
   *
   * @param queue the name of its queue; empty if its size does not follow one
   * @param depth jobs in its queue, those that run included
   * @param troubles messages of conditions that say that something is wrong
   */
  public record Cluster(
      String name,
      Optional<Integer> maxJobs,
      Optional<Integer> limit,
      Optional<Integer> running,
      Optional<String> queue,
      Optional<Long> depth,
      Optional<String> pool,
      List<String> troubles) {

    /** Jobs that nobody took yet; empty if that can't be told. */
    public Optional<Long> waiting() {
      return depth.flatMap(all -> running.map(run -> Math.max(0, all - run)));
    }
  }

  /** One HardwarePool. */
  public record Pool(
      String name, Optional<Integer> slots, Optional<Integer> used, List<Grant> grants) {}

  /** What a cluster wants, and may have. */
  public record Grant(String cluster, int wanted, int share, int held) {}

  public static ClusterState of(JsonNode clusters, JsonNode pools) {
    List<Cluster> read = new ArrayList<>();
    for (JsonNode item : clusters.path("items")) {
      JsonNode status = item.path("status");
      read.add(
          new Cluster(
              item.path("metadata").path("name").asText(),
              integer(item.path("spec").path("maxJobs")),
              integer(status.path("desiredJobs")),
              integer(status.path("runningJobs")),
              text(item.path("spec").path("scaling").path("queue")),
              status.path("queueDepth").isNumber()
                  ? Optional.of(status.path("queueDepth").asLong())
                  : Optional.empty(),
              text(status.path("hardwarePool")),
              troubles(status.path("conditions"))));
    }
    List<Pool> hardware = new ArrayList<>();
    for (JsonNode item : pools.path("items")) {
      List<Grant> grants = new ArrayList<>();
      for (JsonNode grant : item.path("status").path("grants")) {
        grants.add(
            new Grant(
                grant.path("cluster").asText(),
                grant.path("wanted").asInt(),
                grant.path("share").asInt(),
                grant.path("held").asInt()));
      }
      hardware.add(
          new Pool(
              item.path("metadata").path("name").asText(),
              integer(item.path("status").path("slots")),
              integer(item.path("status").path("used")),
              grants));
    }
    read.sort(Comparator.comparing(Cluster::name));
    hardware.sort(Comparator.comparing(Pool::name));
    return new ClusterState(List.copyOf(read), List.copyOf(hardware));
  }

  private static Optional<Integer> integer(JsonNode value) {
    return value.isNumber() ? Optional.of(value.asInt()) : Optional.empty();
  }

  private static Optional<String> text(JsonNode value) {
    return Optional.of(value.asText("")).filter(text -> !text.isEmpty());
  }

  private static List<String> troubles(JsonNode conditions) {
    List<String> troubles = new ArrayList<>();
    for (JsonNode condition : conditions) {
      String type = condition.path("type").asText();
      if (("Stalled".equals(type) || "Degraded".equals(type))
          && "True".equals(condition.path("status").asText())) {
        troubles.add(type + ": " + condition.path("message").asText());
      }
    }
    return List.copyOf(troubles);
  }

  /** As the API shows it; what is not known is null. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("clusters");
    for (Cluster each : clusters) {
      ObjectNode cluster = all.addObject().put("name", each.name());
      cluster.put("maxJobs", each.maxJobs().orElse(null));
      cluster.put("limit", each.limit().orElse(null));
      cluster.put("running", each.running().orElse(null));
      cluster.put("queue", each.queue().orElse(null));
      cluster.put("depth", each.depth().orElse(null));
      cluster.put("hardwarePool", each.pool().orElse(null));
      ArrayNode troubles = cluster.putArray("troubles");
      each.troubles().forEach(troubles::add);
    }
    ArrayNode hardware = json.putArray("hardwarePools");
    for (Pool each : pools) {
      ObjectNode pool = hardware.addObject().put("name", each.name());
      pool.put("slots", each.slots().orElse(null));
      pool.put("used", each.used().orElse(null));
      ArrayNode grants = pool.putArray("grants");
      for (Grant grant : each.grants()) {
        grants
            .addObject()
            .put("cluster", grant.cluster())
            .put("wanted", grant.wanted())
            .put("share", grant.share())
            .put("held", grant.held());
      }
    }
    return json;
  }

  /** The part of its pool that a cluster has, if it shares one. */
  public Optional<Grant> grantOf(Cluster cluster) {
    return pools.stream()
        .filter(pool -> cluster.pool().equals(Optional.of(pool.name())))
        .flatMap(pool -> pool.grants().stream())
        .filter(grant -> grant.cluster().equals(cluster.name()))
        .findFirst();
  }
}
