package io.macpool.core.pool;

import io.macpool.core.pool.PoolSizePlan.Assignment;
import io.macpool.core.pool.PoolSizePlan.Reason;
import io.macpool.core.pool.WorkerPod.Standing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Shares a cluster's limit of jobs over its pods.
 *
 * <p>Safety comes first and does not depend on what the network does with a call: a pod is counted
 * with {@link WorkerPod#bound}, the most that it may hold, and a pod grows only by what the limit
 * leaves beyond the sum of all bounds. Shrinking frees nothing until the pod was seen to be
 * smaller. So as long as grants are recorded before they are sent, the processors alive never
 * exceed the limit, whichever calls are lost, late or repeated.
 *
 * <p>Shares of serving pods are within one of each other; no pod grows beyond {@code maxPerWorker}
 * alive in it, those that finish included; who gets the odd one is who has it already, so that
 * nothing moves without need.
 */
public final class PoolSizePlanner {

  private PoolSizePlanner() {}

  /**
   * Plans one round.
   *
   * @param limit processors that may be alive over all pods, not negative
   * @param maxPerWorker processors in one pod, at least one
   */
  public static PoolSizePlan plan(int limit, int maxPerWorker, Collection<WorkerPod> pods) {
    if (limit < 0 || maxPerWorker < 1) {
      throw new IllegalArgumentException(
          "limit " + limit + " must not be negative, jobs per worker " + maxPerWorker + " not < 1");
    }
    List<WorkerPod> sorted = new ArrayList<>(pods);
    sorted.sort(Comparator.comparing(WorkerPod::id));
    Map<String, Integer> targets = targets(limit, maxPerWorker, sorted);

    int total = sorted.stream().mapToInt(WorkerPod::bound).sum();
    Map<String, Integer> grown = grow(limit - total, maxPerWorker, sorted, targets);

    SortedMap<String, Assignment> assignments = new TreeMap<>();
    boolean settled = true;
    for (WorkerPod pod : sorted) {
      if (pod.assignable()) {
        int target = targets.getOrDefault(pod.id(), 0);
        int send = Math.min(target, held(pod) + grown.getOrDefault(pod.id(), 0));
        PoolSize seen = pod.believed();
        settled &= send == target && seen.alive() == target && seen.expected() == target;
        assignments.put(pod.id(), new Assignment(send, target, reason(pod, send, target)));
      } else {
        settled &= pod.standing() != Standing.TERMINATING || pod.bound() == 0;
      }
    }
    int bound = total + grown.values().stream().mapToInt(Integer::intValue).sum();
    int placed = targets.values().stream().mapToInt(Integer::intValue).sum();
    return new PoolSizePlan(assignments, bound, settled, Math.max(0, limit - placed));
  }

  /** What it may hold without being granted more: its finishing processors aside. */
  private static int held(WorkerPod pod) {
    return Math.max(pod.believed().expected(), pod.granted());
  }

  private static Map<String, Integer> targets(int limit, int maxPerWorker, List<WorkerPod> pods) {
    int kept = 0;
    List<WorkerPod> serving = new ArrayList<>();
    Map<String, Integer> targets = new HashMap<>();
    for (WorkerPod pod : pods) {
      if (!pod.assignable()) {
        kept += pod.bound();
      } else if (pod.standing() == Standing.SERVING) {
        serving.add(pod);
      } else {
        kept += pod.bound();
        targets.put(pod.id(), 0);
      }
    }
    int share = Math.max(0, limit - kept);
    int even = serving.isEmpty() ? 0 : Math.min(maxPerWorker, share / serving.size());
    int odd = even == maxPerWorker || serving.isEmpty() ? 0 : share % serving.size();
    // The larger ones first, so that a share that moves by one moves no other pod.
    serving.sort(
        Comparator.comparingInt((WorkerPod pod) -> -held(pod)).thenComparing(WorkerPod::id));
    for (WorkerPod pod : serving) {
      targets.put(pod.id(), even + (odd-- > 0 ? 1 : 0));
    }
    return targets;
  }

  /**
   * Room goes one by one to the pod that has least, so that early jobs spread over pods. What still
   * finishes in a pod counts against what one pod may run: it grows as that ends.
   */
  private static Map<String, Integer> grow(
      int room, int maxPerWorker, List<WorkerPod> pods, Map<String, Integer> targets) {
    PriorityQueue<Growth> least = new PriorityQueue<>();
    for (WorkerPod pod : pods) {
      if (pod.assignable()) {
        int held = held(pod);
        int most = Math.min(targets.getOrDefault(pod.id(), 0), held + maxPerWorker - pod.bound());
        if (held < most) {
          least.add(new Growth(pod.id(), held, most, held));
        }
      }
    }
    Map<String, Integer> grown = new HashMap<>();
    for (int left = room; left > 0 && !least.isEmpty(); left--) {
      Growth more = least.remove().byOne();
      grown.put(more.pod(), more.holds() - more.held());
      if (more.holds() < more.most()) {
        least.add(more);
      }
    }
    return grown;
  }

  /**
   * How far a pod has grown in this plan.
   *
   * @param held before it
   * @param most what it may hold after it
   */
  private record Growth(String pod, int held, int most, int holds) implements Comparable<Growth> {

    Growth byOne() {
      return new Growth(pod, held, most, holds + 1);
    }

    @Override
    public int compareTo(Growth other) {
      int byHeld = Integer.compare(holds, other.holds);
      return byHeld != 0 ? byHeld : pod.compareTo(other.pod);
    }
  }

  private static Reason reason(WorkerPod pod, int send, int target) {
    int expected = pod.believed().expected();
    if (send > expected) {
      return Reason.GROW;
    }
    if (send < expected) {
      return Reason.SHRINK;
    }
    return send < target ? Reason.WAIT : Reason.KEEP;
  }
}
