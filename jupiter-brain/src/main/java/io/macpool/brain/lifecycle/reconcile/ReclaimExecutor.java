package io.macpool.brain.lifecycle.reconcile;

import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.Instances;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.ReclaimPlanner;
import io.macpool.core.fleet.ReclaimPlanner.Action;
import io.macpool.core.fleet.ReclaimPlanner.Kind;
import io.macpool.core.fleet.ReclaimPlanner.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says and does what a reclaim plan wants done. */
final class ReclaimExecutor {

  private static final Logger log = LoggerFactory.getLogger(ReclaimExecutor.class);
  private static final int MOST_NAMED = 20;

  /** What a plan may say. */
  private static final Map<Kind, List<Reason>> POSSIBLE =
      Map.of(
          Kind.DESTROY,
          List.of(
              Reason.DECIDED,
              Reason.ABANDONED,
              Reason.UNCLAIMED,
              Reason.ORPHAN,
              Reason.OVERDUE,
              Reason.NOT_BOOTED,
              Reason.SWITCHED_OFF,
              Reason.VANISHED),
          Kind.FORGET,
          List.of(Reason.DECIDED, Reason.ABANDONED, Reason.VANISHED),
          Kind.ADOPT,
          List.of(Reason.FOUND),
          Kind.REOPEN,
          List.of(Reason.RETURNED));

  private final Ledger ledger;
  private final LiveInstances live;
  private final Reclaimer reclaimer;
  private final String broker;
  private final boolean dryRun;
  private final Clock clock;
  private final MeterRegistry meters;

  /**
   * @param dryRun only say what would be destroyed, unless that was decided already
   */
  ReclaimExecutor(
      Ledger ledger,
      LiveInstances live,
      Reclaimer reclaimer,
      BrokerProcess process,
      boolean dryRun) {
    this.ledger = ledger;
    this.live = live;
    this.reclaimer = reclaimer;
    this.broker = process.id();
    this.dryRun = dryRun;
    this.clock = process.clock();
    this.meters = process.meters();
    // There from the start, at 0: a rate can't see a counter's first value.
    POSSIBLE.forEach((kind, reasons) -> reasons.forEach(reason -> actions(kind, reason)));
  }

  /**
   * Begins them all; what fails, or has changed since, is planned again.
   *
   * @param judged instances as the plan was shown them
   */
  void carryOut(ReclaimPlanner.Plan plan, Collection<Instance> judged, Inventory inventory) {
    if (!plan.actions().isEmpty()) {
      log.info("plan: {}; {} postponed by the budget", describe(plan.actions()), plan.postponed());
    }
    Map<String, Long> versions =
        judged.stream().collect(Collectors.toMap(Instance::id, Instance::version));
    for (Action action : plan.actions()) {
      carryOut(action, Optional.ofNullable(versions.get(action.name())), inventory);
    }
  }

  private Counter actions(Kind kind, Reason reason) {
    return meters.counter("reconcile.actions", "deed", kind.name(), "reason", text(reason));
  }

  private static String text(Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void carryOut(Action action, Optional<Long> seen, Inventory inventory) {
    String reason = text(action.reason());
    actions(action.kind(), action.reason()).increment();
    switch (action.kind()) {
      case ADOPT -> {
        Machine machine = inventory.machine(action.name()).orElseThrow();
        ledger.adopt(Instances.found(machine, broker, clock.instant()));
        ledger.find(action.name()).ifPresent(live::put);
      }
      case REOPEN -> ledger.reopen(action.name()).ifPresent(live::put);
      case FORGET ->
          live.find(action.name())
              .ifPresent(instance -> forget(action, reason, instance, seen.orElseThrow()));
      case DESTROY -> destroy(action, reason, seen);
    }
  }

  /** What is not where it should be may lie where it is not seen: whose time is over goes there. */
  private void forget(Action action, String reason, Instance instance, long seen) {
    String what = "close the record of " + action.name();
    switch (action.reason()) {
      case DECIDED -> Background.run(what, reclaimer.carryOutMissing(action.name(), reason));
      case ABANDONED ->
          Background.run(
              what,
              close(instance, reason, seen)
                  .thenAccept(
                      closed -> {
                        if (!closed) {
                          destroy(action, reason, Optional.of(seen));
                        }
                      }));
      default -> Background.run(what, close(instance, reason, seen));
    }
  }

  private CompletableFuture<Boolean> close(Instance instance, String reason, long seen) {
    return reclaimer.forget(
        instance, Transition.of(instance.id(), InstanceEvent.VANISHED, reason).asSeen(seen));
  }

  private void destroy(Action action, String reason, Optional<Long> seen) {
    if (dryRun && action.reason() != Reason.DECIDED) {
      log.info("dry run: would destroy {}: {}", action.name(), reason);
    } else if (action.reason() == Reason.ORPHAN) {
      Background.run("destroy orphan " + action.name(), reclaimer.carryOut(action.name(), reason));
    } else {
      Background.run(
          "destroy " + action.name(),
          reclaimer
              .reclaim(
                  Transition.of(action.name(), InstanceEvent.JUDGED, reason)
                      .asSeen(seen.orElseThrow()))
              .carriedOut());
    }
  }

  private static String describe(List<Action> actions) {
    StringBuilder text = new StringBuilder();
    for (Action action : actions.subList(0, Math.min(MOST_NAMED, actions.size()))) {
      text.append(text.length() == 0 ? "" : ", ")
          .append(action.kind().name().toLowerCase(Locale.ROOT))
          .append(' ')
          .append(action.name())
          .append(" (")
          .append(text(action.reason()))
          .append(')');
    }
    return actions.size() > MOST_NAMED
        ? text + " and " + (actions.size() - MOST_NAMED) + " more"
        : text.toString();
  }
}
