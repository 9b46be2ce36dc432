package io.macpool.operator.cluster;

import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.cluster.report.Refusals.Part;
import io.macpool.operator.cluster.report.RoundFailedException;
import io.macpool.operator.cluster.spec.ClusterKey;
import java.time.Duration;
import java.util.Optional;

/** Records what a round has decided in the status of its cluster, before anybody is told. */
final class StatusRecorder {

  /** Numbers for people to look at are written at most this often. */
  private static final Duration INFORM_INTERVAL = Duration.ofSeconds(5);

  private final RoundContext roundContext;
  private final WorkerCluster cluster;
  private final ClusterKey key;
  private final ClusterMemory memory;
  private Runnable news = () -> {};

  StatusRecorder(RoundContext roundContext, WorkerCluster cluster, ClusterMemory memory) {
    this.roundContext = roundContext;
    this.cluster = cluster;
    this.key = ClusterKey.of(cluster);
    this.memory = memory;
  }

  /**
   * Writes the status, if it says something new or numbers are due.
   *
   * @return whether it says something that matters
   * @throws RoundFailedException if it could not be written: what is not recorded is not granted
   */
  boolean record(WorkerClusterStatus status, JobsLimit limit) {
    WorkerClusterStatus before = StatusDraft.of(cluster).orElse(null);
    boolean significant = StatusDraft.significantlyDiffer(before, status);
    boolean due = !roundContext.clock().instant().isBefore(memory.informedAt.plus(INFORM_INTERVAL));
    if (!significant && !(due && StatusDraft.differ(before, status))) {
      return false;
    }
    if (!roundContext.api().leadership().stands()) {
      throw new RoundFailedException(key, "the Lease is not renewed in time, another may lead");
    }
    memory.informedAt = roundContext.clock().instant();
    Optional<WorkerCluster> written =
        memory.refusals.attempt(
            Part.STATUS, () -> StatusWriter.write(roundContext.api().client(), cluster, status));
    news = () -> StatusNews.tell(roundContext.api().events(), cluster, before, status, limit.why());
    if (written.isEmpty()) {
      tellNews();
      // What is not recorded is not granted.
      throw new RoundFailedException(key, memory.refusals.text());
    }
    memory.written = written;
    return significant;
  }

  /** Tells in Events what was recorded: calls of their own, for which no worker is to wait. */
  void tellNews() {
    news.run();
  }
}
