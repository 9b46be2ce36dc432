package io.macpool.operator.cluster;

import io.macpool.core.pool.SlotClaim;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.api.WorkerStatus;
import io.macpool.operator.cluster.spec.ClusterSpec;
import io.macpool.operator.cluster.spec.SpecReader;
import java.util.Optional;

/** What a cluster holds of a HardwarePool by its status, before its first round said better. */
final class RecordedClaim {

  private RecordedClaim() {}

  /** The pool that it holds slots of: the recorded one, as long as there is one. */
  static Optional<String> pool(WorkerCluster cluster) {
    return StatusDraft.of(cluster)
        .map(status -> status.hardwarePool)
        .or(() -> Optional.ofNullable(cluster.getSpec()).map(spec -> spec.hardwarePool));
  }

  static SlotClaim of(WorkerCluster cluster) {
    int held = 0;
    int wanted = 0;
    if (cluster.getStatus() != null) {
      WorkerClusterStatus status = cluster.getStatus();
      wanted = status.desiredJobs == null ? 0 : status.desiredJobs;
      for (WorkerStatus worker : status.workerStatuses) {
        int alive = worker.currentPoolSize == null ? 0 : worker.currentPoolSize;
        int expected = worker.expectedPoolSize == null ? 0 : worker.expectedPoolSize;
        int granted = worker.requestedPoolSize == null ? 0 : worker.requestedPoolSize;
        held += Math.max(0, alive - expected) + Math.max(expected, granted);
      }
    }
    Optional<ClusterSpec> spec = SpecReader.read(cluster).spec();
    return new SlotClaim(
        cluster.getMetadata().getName(),
        spec.map(ClusterSpec::weight).orElse(1),
        spec.map(ClusterSpec::minJobs).orElse(0),
        Math.max(wanted, held),
        held);
  }
}
