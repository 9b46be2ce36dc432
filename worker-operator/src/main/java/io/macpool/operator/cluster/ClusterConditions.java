package io.macpool.operator.cluster;

import static io.macpool.operator.cluster.StatusDraft.DEGRADED;
import static io.macpool.operator.cluster.StatusDraft.PROGRESSING;
import static io.macpool.operator.cluster.StatusDraft.READY;
import static io.macpool.operator.cluster.StatusDraft.SCALING;
import static io.macpool.operator.cluster.StatusDraft.STALLED;

import io.macpool.core.Observed;
import io.macpool.core.pool.Backlog;
import io.macpool.core.pool.ClusterPlan;
import io.macpool.core.pool.ScalingDecision;
import io.macpool.core.pool.SlotShare;
import io.macpool.core.pool.Stall;
import io.macpool.core.pool.WorkerPod;
import io.macpool.operator.cluster.PodObserver.Observation;
import io.macpool.operator.cluster.pod.PodTrouble;
import io.macpool.operator.cluster.report.Conditions;
import io.macpool.operator.cluster.report.Conditions.State;
import io.macpool.operator.cluster.report.Refusals.Part;
import io.macpool.operator.cluster.spec.ClusterSpec;
import io.macpool.operator.cluster.spec.Names;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a round says of its cluster, for the person who must act. */
final class ClusterConditions {

  private final ClusterSpec spec;
  private final Observation seen;
  private final JobsLimit limit;
  private final ClusterPlan plan;
  private final RoundInputs situation;

  ClusterConditions(
      ClusterSpec spec,
      Observation seen,
      JobsLimit limit,
      ClusterPlan plan,
      RoundInputs situation) {
    this.spec = spec;
    this.seen = seen;
    this.limit = limit;
    this.plan = plan;
    this.situation = situation;
  }

  /** Something wrong: a reason from a short list, and a sentence. */
  private record Trouble(String reason, String message) {}

  void addTo(Conditions conditions) {
    Optional<Trouble> stalled = stalled();
    ready(conditions);
    progressing(conditions);
    scaling(conditions);
    stalled(conditions, stalled);
    degraded(conditions, stalled);
  }

  private void ready(Conditions conditions) {
    Optional<Trouble> hindrance = hindrance();
    if (situation.paused()) {
      conditions.add(
          READY,
          State.UNKNOWN,
          "Paused",
          "annotation " + Names.PAUSED + " is set: nothing is changed");
    } else if (hindrance.isPresent()) {
      conditions.add(READY, State.FALSE, hindrance.get().reason(), hindrance.get().message());
    } else {
      String jobs = limit.jobs() == 0 ? "no job" : MessageFormats.jobs(limit.jobs());
      conditions.add(READY, State.TRUE, "PoolSizesAssigned", jobs + " may run: " + limit.why());
    }
  }

  /** What keeps the cluster from doing as its spec says. */
  private Optional<Trouble> hindrance() {
    if (situation.refusals().of(Part.DEPLOYMENT) || situation.refusals().of(Part.SECRET)) {
      return Optional.of(new Trouble("Refused", situation.refusals().text()));
    }
    if (situation.poolMissing()) {
      return Optional.of(new Trouble("HardwarePoolMissing", limit.why()));
    }
    if (!seen.silent().isEmpty()) {
      return Optional.of(new Trouble("WorkersUnreachable", unreachable()));
    }
    int unplaced = plan.sizes().unplaced();
    if (unplaced > 0) {
      return Optional.of(
          cantStart()
              .orElseGet(
                  () ->
                      drains() > 0
                          ? new Trouble(
                              "Draining",
                              "%s of %s wait until %s that run in pods on"
                                      .formatted(
                                          unplaced, MessageFormats.jobs(limit.jobs()), drains())
                                  + " their way out have finished")
                          : new Trouble(
                              "WaitingForPods",
                              unplaced
                                  + " of "
                                  + MessageFormats.jobs(limit.jobs())
                                  + (seen.starting() > 0
                                      ? " wait for "
                                          + MessageFormats.pods(seen.starting())
                                          + " to start"
                                      : " have no pod yet"))));
    }
    if (plan.sizes().bound() > limit.jobs()) {
      return Optional.of(
          new Trouble(
              "Draining",
              plan.sizes().bound()
                  + " processors still finish, "
                  + limit.jobs()
                  + " may stay: "
                  + limit.why()));
    }
    return Optional.empty();
  }

  /** Processors in pods that go: what new pods wait for. */
  private int drains() {
    return seen.pods().stream()
        .filter(pod -> pod.standing() != WorkerPod.Standing.SERVING)
        .mapToInt(WorkerPod::bound)
        .sum();
  }

  private void progressing(Conditions conditions) {
    boolean moving =
        !situation.paused()
            && (!plan.sizes().settled() || !plan.retiring().isEmpty() || seen.starting() > 0);
    conditions.add(
        PROGRESSING,
        State.of(moving),
        moving ? "PoolSizesMoving" : "Settled",
        moving ? "pods start, drain or change their size" : "every pod has its size");
  }

  private void scaling(Conditions conditions) {
    boolean full =
        limit.share().filter(share -> share.reason() != SlotShare.Reason.ALL_WANTED).isPresent();
    boolean holding =
        limit.scaling().filter(r -> r == ScalingDecision.Reason.HOLDING).isPresent()
            || limit.share().filter(s -> s.reason() == SlotShare.Reason.HOLDS).isPresent();
    if (holding && limit.why().endsWith("not read yet")) {
      conditions.add(SCALING, State.UNKNOWN, "ReadingQueue", limit.why());
    } else if (holding) {
      conditions.add(SCALING, State.FALSE, "Holding", limit.why());
    } else if (full) {
      conditions.add(SCALING, State.TRUE, "HardwarePoolFull", limit.why());
    } else {
      conditions.add(
          SCALING,
          State.of(limit.scaling().isPresent()),
          limit.scaling().isPresent() ? "FollowingQueue" : "Fixed",
          limit.why());
    }
  }

  private Optional<Trouble> stalled() {
    int may =
        situation.paused()
            ? seen.pods().stream().mapToInt(pod -> pod.believed().expected()).sum()
            : limit.jobs();
    long ready = limit.backlog().flatMap(Observed::toOptional).map(Backlog::ready).orElse(0L);
    return Stall.of(
            ready, may, situation.paused(), spec.maxJobs(), limit.share().map(SlotShare::reason))
        .map(
            stall ->
                new Trouble(
                    reason(stall),
                    MessageFormats.jobs(ready)
                        + (ready == 1 ? " waits" : " wait")
                        + " in queue "
                        + spec.queue().orElse("")
                        + " and none may run: "
                        + who(stall)));
  }

  private static String reason(Stall stall) {
    return switch (stall) {
      case PAUSED -> "Paused";
      case MAX_JOBS_IS_ZERO -> "MaxJobsIsZero";
      case NO_SLOTS -> "NoSlots";
      case SLOTS_UNKNOWN -> "SlotsUnknown";
      case LIMIT_IS_ZERO -> "LimitIsZero";
    };
  }

  private String who(Stall stall) {
    return switch (stall) {
      case PAUSED -> "annotation " + Names.PAUSED + " is set";
      case MAX_JOBS_IS_ZERO -> "spec.maxJobs is 0";
      case NO_SLOTS, SLOTS_UNKNOWN, LIMIT_IS_ZERO -> limit.why();
    };
  }

  private void stalled(Conditions conditions, Optional<Trouble> stalled) {
    boolean blind = limit.backlog().filter(backlog -> !backlog.isKnown()).isPresent();
    if (stalled.isPresent()) {
      conditions.add(STALLED, State.TRUE, stalled.get().reason(), stalled.get().message());
    } else if (limit.backlog().isEmpty()) {
      conditions.add(STALLED, State.UNKNOWN, "NoQueue", "no queue of its workers is known");
    } else if (blind) {
      conditions.add(
          STALLED,
          State.UNKNOWN,
          "QueueUnknown",
          limit.backlog().get().match(known -> "", unknown -> unknown.cause()));
    } else {
      conditions.add(STALLED, State.FALSE, "NotStalled", "no job waits that nobody may run");
    }
  }

  /** All that is wrong, the worst first. */
  private void degraded(Conditions conditions, Optional<Trouble> stalled) {
    List<Trouble> troubles = new ArrayList<>();
    if (situation.refusals().any()) {
      troubles.add(new Trouble("Refused", situation.refusals().text()));
    }
    situation.credential().ifPresent(why -> troubles.add(new Trouble("CredentialUnusable", why)));
    if (!situation.overlaps().isEmpty()) {
      troubles.add(
          new Trouble(
              "SelectorOverlaps",
              "spec.selector also selects pods of WorkerCluster "
                  + MessageFormats.some(situation.overlaps())
                  + ", or theirs selects these: give each pods a label of their own; meanwhile"
                  + " each cluster counts those of its own Deployment"));
    }
    situation
        .replicasWriter()
        .ifPresent(
            who ->
                troubles.add(
                    new Trouble(
                        "ReplicasContested",
                        who
                            + " writes the replicas of its Deployment, which are the operator's:"
                            + " theirs stand for now, so that no job is killed; take that writer"
                            + " away, and scale the WorkerCluster instead")));
    if (situation.poolMissing()) {
      troubles.add(new Trouble("HardwarePoolMissing", limit.why()));
    }
    cantStart().ifPresent(troubles::add);
    if (!seen.silent().isEmpty()) {
      troubles.add(new Trouble("WorkersUnreachable", unreachable()));
    }
    boolean held = limit.share().filter(s -> s.reason() == SlotShare.Reason.HOLDS).isPresent();
    if (held && !situation.poolMissing()) {
      troubles.add(new Trouble("HardwarePoolUnknown", limit.why()));
    }
    stalled.ifPresent(trouble -> troubles.add(new Trouble("Stalled", trouble.message())));
    if (troubles.isEmpty()) {
      conditions.add(DEGRADED, State.FALSE, "AsExpected", "nothing is wrong");
    } else {
      String all = troubles.stream().map(Trouble::message).collect(Collectors.joining("; "));
      conditions.add(DEGRADED, State.TRUE, troubles.get(0).reason(), all);
    }
  }

  private Optional<Trouble> cantStart() {
    if (!seen.stuck().isEmpty()) {
      PodTrouble why = seen.stuck().values().iterator().next();
      Instant since =
          situation.stuckSince().values().stream()
              .min(Comparator.naturalOrder())
              .orElse(Instant.EPOCH);
      return Optional.of(
          new Trouble(
              "PodsCantStart",
              MessageFormats.some(new TreeSet<>(seen.stuck().keySet()))
                  + " can't start since "
                  + since.truncatedTo(ChronoUnit.SECONDS)
                  + ": "
                  + why.reason()
                  + (why.message().isEmpty() ? "" : ": " + why.message())));
    }
    return situation
        .creation()
        .map(why -> new Trouble("PodsCantStart", "its pods can't be made: " + why.message()));
  }

  private String unreachable() {
    return MessageFormats.pods(seen.silent().size())
        + " can't be asked and keep counting with what they had, first "
        + seen.silent().firstKey()
        + ": "
        + seen.silent().get(seen.silent().firstKey());
  }
}
