package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.macpool.core.Observed;
import io.macpool.core.pool.PoolSize;
import io.macpool.core.pool.WorkerPod;
import io.macpool.core.pool.WorkerPod.Standing;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.api.WorkerStatus;
import io.macpool.operator.cluster.pod.PodTrouble;
import io.macpool.operator.cluster.pod.PodView;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.control.WorkerEndpoint;
import io.macpool.operator.control.WorkerReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Looks at a cluster's pods: in the cache, in the recorded status, and by asking them. */
final class PodObserver {

  private final RoundContext roundContext;
  private final ClusterWatches watches;

  PodObserver(RoundContext roundContext, ClusterWatches watches) {
    this.roundContext = roundContext;
    this.watches = watches;
  }

  /**
   * What was seen.
   *
   * @param pods as the planner sees them
   * @param views by name, for those in the cache
   * @param endpoints by name, for those that can be asked
   * @param silent why, by name, for those that are there, may run jobs, and did not answer
   * @param starting pods that hold nothing and can't be asked yet
   * @param stuck why, by name, for those that can't start
   */
  record Observation(
      List<WorkerPod> pods,
      Map<String, PodView> views,
      Map<String, WorkerEndpoint> endpoints,
      SortedMap<String, String> silent,
      int starting,
      SortedMap<String, PodTrouble> stuck) {

    int running() {
      return pods.stream().mapToInt(WorkerPod::running).sum();
    }

    int bound() {
      return pods.stream().mapToInt(WorkerPod::bound).sum();
    }
  }

  Observation observe(
      ClusterKey cluster,
      Map<String, String> labels,
      @Nullable WorkerClusterStatus recorded,
      ClusterMemory memory) {
    Map<String, PodView> views = new TreeMap<>();
    for (Pod pod : watches.pods(cluster.namespace(), labels)) {
      if (!PodView.finished(pod) && PodView.isOf(pod, cluster.name())) {
        views.put(pod.getMetadata().getName(), PodView.of(pod));
      }
    }
    Map<String, WorkerStatus> statuses = byName(recorded);
    addThoseMissingFromCache(cluster, statuses, views);

    Map<String, WorkerEndpoint> endpoints = new HashMap<>();
    views.forEach(
        (name, view) ->
            view.endpoint(
                    roundContext.options().port(),
                    memory.credential.known(),
                    memory.workers.lockedOut(name))
                .ifPresent(e -> endpoints.put(name, e)));
    Map<String, Observed<WorkerReport>> answers = memory.workers.ask(endpoints);
    Observation observation = assemble(views, endpoints, answers, statuses, memory);
    count(observation, answers, memory);
    return observation;
  }

  private Observation assemble(
      Map<String, PodView> views,
      Map<String, WorkerEndpoint> endpoints,
      Map<String, Observed<WorkerReport>> answers,
      Map<String, WorkerStatus> statuses,
      ClusterMemory memory) {
    Instant now = roundContext.clock().instant();
    List<WorkerPod> pods = new ArrayList<>();
    SortedMap<String, String> silent = new TreeMap<>();
    int starting = 0;
    for (PodView view : views.values()) {
      Observed<WorkerReport> answer =
          answers.getOrDefault(view.name(), Observed.unknown("its containers do not run", now));
      WorkerStatus status = statuses.get(view.name());
      Standing standing =
          view.terminating()
              ? Standing.TERMINATING
              : retiring(view, memory) ? Standing.RETIRING : Standing.SERVING;
      WorkerPod pod =
          new WorkerPod(
              view.name(),
              standing,
              answer.map(WorkerReport::size),
              recordedSize(status),
              granted(view, status, answer),
              memory.workers.last(view.name()).map(WorkerReport::running).orElse(0));
      pods.add(pod);
      if (!answer.isKnown() && pod.bound() > 0) {
        silent.put(view.name(), answer.match(known -> "", unknown -> unknown.cause()));
      } else if (!answer.isKnown() && !view.terminating()) {
        starting++;
      }
    }
    SortedMap<String, PodTrouble> stuck = new TreeMap<>();
    views.forEach(
        (name, view) -> {
          if (!view.terminating()) { // its successor is to start, and counts
            view.trouble().ifPresent(trouble -> stuck.put(name, trouble));
          }
        });
    memory.stuckSince.keySet().retainAll(stuck.keySet());
    stuck.keySet().forEach(name -> memory.stuckSince.putIfAbsent(name, now));
    return new Observation(pods, views, endpoints, silent, starting, stuck);
  }

  /**
   * What it may still become by what it was told. One that Kubernetes ends and that drains heeds no
   * size any more: what it was granted are the processors that finish, and would count twice.
   */
  private static int granted(
      PodView view, @Nullable WorkerStatus status, Observed<WorkerReport> answer) {
    boolean over =
        view.terminating() && answer.toOptional().filter(WorkerReport::draining).isPresent();
    return over || status == null || status.requestedPoolSize == null
        ? 0
        : status.requestedPoolSize;
  }

  private static boolean retiring(PodView view, ClusterMemory memory) {
    return memory.retiring.contains(view.name()) || view.markedForRemoval();
  }

  /**
   * A cache may lag right after a start. A pod that was granted something counts until the API
   * itself says that it is gone.
   */
  private void addThoseMissingFromCache(
      ClusterKey cluster, Map<String, WorkerStatus> statuses, Map<String, PodView> views) {
    for (Map.Entry<String, WorkerStatus> recorded : statuses.entrySet()) {
      String name = recorded.getKey();
      WorkerStatus status = recorded.getValue();
      boolean holds =
          (status.requestedPoolSize != null && status.requestedPoolSize > 0)
              || (status.currentPoolSize != null && status.currentPoolSize > 0);
      if (holds && !views.containsKey(name)) {
        Pod pod =
            roundContext
                .api()
                .client()
                .pods()
                .inNamespace(cluster.namespace())
                .withName(name)
                .get();
        if (pod != null && !PodView.finished(pod) && PodView.isOf(pod, cluster.name())) {
          views.put(name, PodView.of(pod));
        }
      }
    }
  }

  private void count(
      Observation observation, Map<String, Observed<WorkerReport>> answers, ClusterMemory memory) {
    Map<String, WorkerReport> reports = new HashMap<>();
    answers.forEach(
        (name, answer) -> answer.toOptional().ifPresent(report -> reports.put(name, report)));
    memory.count(reports, observation.running(), roundContext.clock().instant());
    memory.forgetAllBut(observation.views().keySet());
  }

  private static PoolSize recordedSize(@Nullable WorkerStatus status) {
    if (status == null || status.currentPoolSize == null || status.expectedPoolSize == null) {
      return PoolSize.NONE;
    }
    int expected = Math.max(0, status.expectedPoolSize);
    return new PoolSize(Math.max(expected, status.currentPoolSize), expected);
  }

  private static Map<String, WorkerStatus> byName(@Nullable WorkerClusterStatus recorded) {
    Map<String, WorkerStatus> statuses = new TreeMap<>();
    if (recorded != null && recorded.workerStatuses != null) {
      for (WorkerStatus status : recorded.workerStatuses) {
        if (status.name != null) {
          statuses.put(status.name, status);
        }
      }
    }
    return statuses;
  }
}
