package io.macpool.brain.lifecycle.reconcile;

import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.BrokerProcess;
import io.macpool.brain.lifecycle.reclaim.Reclaimer;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Intents of this replica that nobody here works on: the transaction was committed, and the answer
 * that said so was lost. Only the replica itself can know, so each looks for its own.
 */
final class ForgottenIntents {

  private static final Logger log = LoggerFactory.getLogger(ForgottenIntents.class);

  private final LiveInstances live;
  private final BrokerProcess process;
  private final Reclaimer reclaimer;
  private final Duration cloneLimit;

  /**
   * @param cloneLimit the longest that an intent is on record before its clone exists
   */
  ForgottenIntents(
      LiveInstances live, BrokerProcess process, Reclaimer reclaimer, Duration cloneLimit) {
    this.live = live;
    this.process = process;
    this.reclaimer = reclaimer;
    this.cloneLimit = cloneLimit;
  }

  /** Has those among these destroyed. */
  void close(List<Instance> instances, Instant now) {
    for (Instance instance : instances) {
      if (instance.broker().equals(process.id())
          && instance.phase().isBeingMade()
          && instance.createdAt().plus(cloneLimit).isBefore(now)
          && live.find(instance.id()).filter(instance::equals).isPresent()
          && !reclaimer.isInHand(instance.id())
          && !reclaimer.rests(instance.id(), Optional.empty())) {
        log.warn("{} is on record and nobody makes it: it is destroyed", instance.id());
        process
            .meters()
            .counter("reconcile.actions", "deed", "DESTROY", "reason", "forgotten")
            .increment();
        Background.run(
            "destroy " + instance.id(),
            reclaimer
                .reclaim(
                    Transition.of(instance.id(), InstanceEvent.JUDGED, "forgotten")
                        .asSeen(instance.version()))
                .carriedOut());
      }
    }
  }
}
