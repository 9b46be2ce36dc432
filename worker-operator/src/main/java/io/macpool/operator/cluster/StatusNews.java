package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.Condition;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerClusterStatus;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.ClusterEvents.Kind;
import io.macpool.operator.cluster.report.Conditions;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.Names;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Tells in events what changed from one status to the next, for {@code kubectl describe}. */
final class StatusNews {

  private static final Logger log = LoggerFactory.getLogger(StatusNews.class);

  private static final Set<String> WARNINGS =
      Set.of(
          "WorkersUnreachable",
          "InvalidSpec",
          "HardwarePoolUnknown",
          "HardwarePoolMissing",
          "Holding",
          "Refused",
          "CredentialUnusable",
          "SelectorOverlaps",
          "ReplicasContested",
          "PodsCantStart",
          "Stalled");

  /** What it says is told by another one, or is none of a person's business. */
  private static final Set<String> QUIET = Set.of(StatusDraft.PROGRESSING, StatusDraft.STALLED);

  private StatusNews() {}

  private static void log(WorkerCluster cluster, boolean warning, Condition condition) {
    log.atLevel(warning ? Level.WARN : Level.INFO)
        .log("{}: {}: {}", ClusterKey.of(cluster), condition.getReason(), condition.getMessage());
  }

  private static boolean isReady(Condition condition) {
    return condition.getType().equals(StatusDraft.READY);
  }

  static void tell(
      ClusterEvents events,
      WorkerCluster cluster,
      @Nullable WorkerClusterStatus before,
      WorkerClusterStatus after,
      String why) {
    Integer jobsBefore = before == null ? null : before.desiredJobs;
    if (!Objects.equals(jobsBefore, after.desiredJobs)) {
      String change =
          "jobs at once: " + jobs(jobsBefore) + " -> " + jobs(after.desiredJobs) + ": " + why;
      events.tell(cluster, Kind.NORMAL, "JobsLimitChanged", change);
      log.info("{}: {}", ClusterKey.of(cluster), change);
    }
    List<Condition> old = before == null ? List.of() : before.conditions;
    for (Condition condition : after.conditions) {
      Optional<Condition> same = Conditions.find(old, condition.getType());
      boolean news = same.map(c -> !c.getReason().equals(condition.getReason())).orElse(false);
      boolean warning = WARNINGS.contains(condition.getReason());
      boolean resumed =
          same.filter(c -> c.getReason().equals("Paused") && isReady(condition)).isPresent()
              && news;
      if (resumed) {
        events.tell(
            cluster,
            Kind.NORMAL,
            "Resumed",
            "annotation " + Names.PAUSED + " was taken away: " + condition.getMessage());
      }
      // Readiness lost and the wrong that took it say the same: one event is enough.
      boolean said = warning && condition.getType().equals(StatusDraft.READY);
      if ((news || (warning && same.isEmpty()))
          && !said
          && !resumed
          && !QUIET.contains(condition.getType())) {
        events.tell(
            cluster,
            warning ? Kind.WARNING : Kind.NORMAL,
            condition.getReason(),
            condition.getMessage());
        if (!condition.getReason().equals("Refused")) { // told where it was refused
          log(cluster, warning, condition);
        }
      }
    }
  }

  private static String jobs(@Nullable Integer jobs) {
    return jobs == null ? "none" : jobs.toString();
  }
}
