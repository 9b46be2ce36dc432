package io.macpool.operator;

import io.macpool.operator.hardware.SlotLedger.Picture;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How well a simulated fleet uses its slots, and who waits beside an idle one. */
final class FleetMeasures {

  /** Time for jobs to drain off lent slots is not counted: the fleet needs this long to fill. */
  private static final int FILLING_SECONDS = 60;

  /** A reconcile, a second for its grants to be seen, a pod's start. */
  private static final int STARVING_SECONDS = 2 * SimulatedCluster.INTERVAL + 10;

  private final int slots;
  private final Map<String, Integer> waiting = new HashMap<>();
  private int pressed;
  private long saturated;
  private long busyWhileSaturated;

  FleetMeasures(int slots) {
    this.slots = slots;
  }

  void note(List<SimulatedCluster> clusters) {
    int wanted = 0;
    int busy = 0;
    for (SimulatedCluster cluster : clusters) {
      int running = cluster.running();
      wanted += Math.min(cluster.policy.maxJobs(), cluster.queued + running);
      busy += running;
    }
    pressed = wanted > slots ? pressed + 1 : 0;
    if (pressed > FILLING_SECONDS) {
      saturated++;
      busyWhileSaturated += busy;
    }
  }

  /** A cluster that has waited too long for slots of its share that nobody holds. */
  Optional<String> starving(List<SimulatedCluster> clusters, Picture picture) {
    int free = slots - picture.used();
    for (SimulatedCluster cluster : clusters) {
      var claim = picture.claims().get(cluster.name);
      var share = picture.shares().get(cluster.name);
      boolean waits =
          free > 0 && cluster.queued > 0 && claim != null && claim.held() < share.share();
      int seconds = waits ? waiting.merge(cluster.name, 1, Integer::sum) : 0;
      if (!waits) {
        waiting.remove(cluster.name);
      } else if (seconds > STARVING_SECONDS) {
        return Optional.of(
            cluster.name
                + " waits for "
                + seconds
                + " s, holding "
                + claim.held()
                + " of its share "
                + share.share()
                + " while "
                + free
                + " slots are free");
      }
    }
    return Optional.empty();
  }

  long saturatedSeconds() {
    return saturated;
  }

  /** Busy slots over slots, in the seconds in which more was wanted than there is. */
  double utilisation() {
    return (double) busyWhileSaturated / (saturated * slots);
  }
}
