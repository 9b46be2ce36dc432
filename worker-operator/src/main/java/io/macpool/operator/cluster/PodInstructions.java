package io.macpool.operator.cluster;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.macpool.core.pool.ClusterPlan;
import io.macpool.core.pool.PoolSizePlan.Assignment;
import io.macpool.core.pool.WorkerPod;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.operator.cluster.pod.PodView;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.Names;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the pods of a cluster are told: their sizes, and which of them shall go first. */
final class PodInstructions {

  private static final Logger log = LoggerFactory.getLogger(PodInstructions.class);

  private final RoundContext roundContext;
  private final ClusterKey key;
  private final ClusterMemory memory;

  PodInstructions(RoundContext roundContext, ClusterKey key, ClusterMemory memory) {
    this.roundContext = roundContext;
    this.key = key;
    this.memory = memory;
  }

  /** The names of those that shall go first, as their annotations say. */
  static Set<String> marked(Observation seen) {
    return seen.views().values().stream()
        .filter(PodView::markedForRemoval)
        .map(PodView::name)
        .collect(Collectors.toSet());
  }

  /** Tells the pods whose size is not what it is to be. Failures show in the next observation. */
  boolean tell(Observation seen, ClusterPlan plan) {
    Map<String, Integer> sizes = new TreeMap<>();
    for (WorkerPod pod : seen.pods()) {
      Assignment assignment = plan.sizes().assignments().get(pod.id());
      if (assignment != null && assignment.send() != pod.believed().expected()) {
        sizes.put(pod.id(), assignment.send());
      }
    }
    if (sizes.isEmpty()) {
      return false;
    }
    log.info("{}: telling pool sizes {}", key, sizes);
    memory
        .workers
        .tell(seen.endpoints(), sizes)
        .forEach((name, why) -> log.warn("{}: {} not told its size: {}", key, name, why));
    return true;
  }

  /** Notes on each pod whether it is to go before others. */
  ClusterKey mark(Observation seen, ClusterPlan plan) {
    for (PodView view : seen.views().values()) {
      boolean toGo = plan.drained().contains(view.name());
      if (!view.terminating() && toGo != view.markedForRemoval()) {
        String cost = toGo ? "\"" + PodView.REMOVAL_COST + "\"" : "null";
        roundContext
            .api()
            .client()
            .pods()
            .inNamespace(key.namespace())
            .withName(view.name())
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"" + Names.DELETION_COST + "\":" + cost + "}}}");
      }
    }
    return key;
  }
}
