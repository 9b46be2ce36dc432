package io.macpool.core.pool;

import io.macpool.core.pool.RetirementPlanner.Candidate;
import io.macpool.core.pool.WorkerPod.Standing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Pool sizes and the number of pods together: a cluster that needs fewer pods first drains those
 * that it gives up, and has fewer replicas only when they hold nothing.
 */
public final class ClusterPlanner {

  private ClusterPlanner() {}

  /**
   * Plans one round.
   *
   * @param limit processors that may be alive over all pods
   * @param wantedPods pods for what the cluster may ever run
   * @param replicas pods that its Deployment has now
   * @param pods every pod that is not finished; {@link Standing#RETIRING} are those chosen before
   * @param marked pods that Kubernetes knows to be the first to go
   */
  public static ClusterPlan plan(
      int limit,
      int maxPerWorker,
      int wantedPods,
      int replicas,
      Collection<WorkerPod> pods,
      Set<String> marked) {
    List<Candidate> candidates = new ArrayList<>();
    for (WorkerPod pod : pods) {
      if (pod.standing() != Standing.TERMINATING) {
        candidates.add(
            new Candidate(
                pod.id(), pod.standing() == Standing.RETIRING, pod.running(), pod.bound()));
      }
    }
    SortedSet<String> retiring =
        new TreeSet<>(
            RetirementPlanner.choose(
                surplus(wantedPods, replicas, candidates, marked), candidates));
    SortedSet<String> drained = new TreeSet<>();
    List<WorkerPod> standing = new ArrayList<>();
    for (WorkerPod pod : pods) {
      boolean chosen = retiring.contains(pod.id());
      standing.add(
          pod.standing() == Standing.TERMINATING
              ? pod
              : pod.standing(chosen ? Standing.RETIRING : Standing.SERVING));
      if (chosen && pod.bound() == 0) {
        drained.add(pod.id());
      }
    }
    return new ClusterPlan(
        PoolSizePlanner.plan(limit, maxPerWorker, standing),
        retiring,
        drained,
        wantedPods + (int) retiring.stream().filter(id -> !gone(id, drained, marked)).count());
  }

  private static boolean gone(String id, Set<String> drained, Set<String> marked) {
    return drained.contains(id) && marked.contains(id);
  }

  /**
   * Pods beyond the Deployment's replicas are a rollout's business, except those that are on their
   * way out already by our mark.
   */
  private static int surplus(
      int wantedPods, int replicas, List<Candidate> candidates, Set<String> marked) {
    int standing = candidates.size();
    int leaving = (int) candidates.stream().filter(c -> marked.contains(c.id())).count();
    return Math.max(
        Math.min(replicas, standing) - wantedPods, Math.min(leaving, standing - wantedPods));
  }
}
