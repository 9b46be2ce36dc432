package io.macpool.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.macpool.core.pool.ClusterPlan;
import io.macpool.core.pool.PoolSize;
import io.macpool.core.pool.PoolSizePlan.Assignment;
import io.macpool.core.pool.WorkerPod;
import io.macpool.core.pool.WorkerPod.Standing;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.api.WorkerStatus;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.operator.cluster.report.Conditions;
import io.macpool.operator.cluster.report.Conditions.State;
import io.macpool.operator.cluster.spec.ClusterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes the status that a round ends with, and tells whether it is worth a write. */
final class StatusDraft {

  static final String READY = "Ready";
  static final String PROGRESSING = "Progressing";
  static final String SCALING = "Scaling";
  static final String DEGRADED = "Degraded";
  static final String STALLED = "Stalled";

  private static final ObjectMapper JSON = new ObjectMapper();

  private StatusDraft() {}

  static WorkerClusterStatus of(
      WorkerCluster cluster,
      ClusterSpec spec,
      Observation seen,
      JobsLimit limit,
      ClusterPlan plan,
      RoundInputs situation,
      Instant now) {
    WorkerClusterStatus status = new WorkerClusterStatus();
    status.observedGeneration = cluster.getMetadata().getGeneration();
    status.desiredJobs = limit.jobs();
    status.runningJobs = seen.running();
    status.queueDepth = limit.depth().orElse(null);
    status.pods = seen.pods().size();
    status.selector = selector(spec.matchLabels());
    status.hardwarePool = pool(cluster, spec, seen);
    status.workerStatuses = workers(seen, plan);
    status.queued = queued(limit);
    Conditions conditions = new Conditions(conditionsOf(cluster), status.observedGeneration, now);
    new ClusterConditions(spec, seen, limit, plan, situation).addTo(conditions);
    status.conditions = conditions.build();
    return status;
  }

  /** The status as it was, with what is wrong with the spec: its pods are left alone. */
  static WorkerClusterStatus invalid(WorkerCluster cluster, List<String> problems, Instant now) {
    String message = String.join("; ", problems) + "; the pods are left as they are";
    WorkerClusterStatus status = copy(cluster.getStatus());
    status.observedGeneration = cluster.getMetadata().getGeneration();
    status.conditions =
        new Conditions(conditionsOf(cluster), status.observedGeneration, now)
            .add(READY, State.FALSE, "InvalidSpec", message)
            .add(DEGRADED, State.TRUE, "InvalidSpec", message)
            .build();
    return status;
  }

  /** Whether they differ in more than numbers and sentences for people to look at. */
  static boolean significantlyDiffer(
      @Nullable WorkerClusterStatus before, WorkerClusterStatus after) {
    return before == null || !essence(before).equals(essence(after));
  }

  static boolean differ(@Nullable WorkerClusterStatus before, WorkerClusterStatus after) {
    return before == null
        || !JSON.<JsonNode>valueToTree(before).equals(JSON.<JsonNode>valueToTree(after));
  }

  private static JsonNode essence(WorkerClusterStatus status) {
    JsonNode tree = JSON.valueToTree(status);
    if (tree instanceof ObjectNode fields) {
      fields.remove(List.of("runningJobs", "queueDepth", "queued"));
      fields.path("conditions").forEach(condition -> ((ObjectNode) condition).remove("message"));
    }
    return tree;
  }

  static WorkerClusterStatus copy(@Nullable WorkerClusterStatus status) {
    return status == null
        ? new WorkerClusterStatus()
        : JSON.convertValue(status, WorkerClusterStatus.class);
  }

  private static List<Condition> conditionsOf(WorkerCluster cluster) {
    return cluster.getStatus() == null ? List.of() : cluster.getStatus().conditions;
  }

  /** For a column that is never empty without a word. */
  private static String queued(JobsLimit limit) {
    return limit
        .backlog()
        .map(backlog -> backlog.match(known -> "" + known.value().depth(), unknown -> "unknown"))
        .orElse("no queue");
  }

  private static @Nullable String pool(WorkerCluster cluster, ClusterSpec spec, Observation seen) {
    String before = cluster.getStatus() == null ? null : cluster.getStatus().hardwarePool;
    boolean moving = before != null && spec.hardwarePool().isPresent() && seen.bound() > 0;
    return moving ? before : spec.hardwarePool().orElse(null);
  }

  private static List<WorkerStatus> workers(Observation seen, ClusterPlan plan) {
    List<WorkerStatus> workers = new ArrayList<>();
    for (WorkerPod pod : seen.pods()) {
      PoolSize size = pod.believed();
      Assignment assignment = plan.sizes().assignments().get(pod.id());
      WorkerStatus worker = new WorkerStatus();
      worker.name = pod.id();
      worker.phase = phase(pod);
      worker.currentPoolSize = size.alive();
      worker.expectedPoolSize = size.expected();
      worker.requestedPoolSize = assignment == null ? pod.granted() : assignment.send();
      workers.add(worker);
    }
    workers.sort(Comparator.comparing(worker -> worker.name));
    return workers;
  }

  private static String phase(WorkerPod pod) {
    if (pod.standing() == Standing.TERMINATING) {
      return "Terminating";
    }
    return pod.size().isKnown() || pod.bound() > 0 ? "Running" : "Pending";
  }

  static String selector(Map<String, String> labels) {
    return new TreeMap<>(labels)
        .entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(","));
  }

  static Optional<WorkerClusterStatus> of(WorkerCluster cluster) {
    return Optional.ofNullable(cluster.getStatus());
  }
}
