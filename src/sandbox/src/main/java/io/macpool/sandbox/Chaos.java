package io.macpool.sandbox;

import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.vcenter.FaultAction;
import io.macpool.sim.vcenter.FaultPlan;
import io.macpool.sim.vcenter.FaultRule;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes wrong on purpose while jobs run. vCenter's faults come by its own plan from the seed;
 * connections are cut every few seconds, which of them by the same seed.
 */
final class Chaos implements AutoCloseable {

  /** What kinds of trouble. */
  enum Profile {
    NONE,
    /** Calls that fail, answers that are lost, sessions that end, clones that fail. */
    VCENTER,
    /** AMQP connections and guests' SSH connections cut. */
    NETWORK,
    /** Both. */
    ALL
  }

  private static final Logger log = LoggerFactory.getLogger(Chaos.class);
  private static final Duration BETWEEN_CUTS = Duration.ofSeconds(3);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "sandbox-chaos"));
  private final Random random;
  private Future<?> cutting;

  private Chaos(long seed) {
    random = new Random(seed);
  }

  /** Rules for a vCenter in trouble: each kind of fault befalls one call in some dozens. */
  static void befall(FaultPlan plan) {
    plan.add(FaultRule.sometimes("CloneVM_Task", 0.05, new FaultAction.DropAfter()).after(2));
    plan.add(
        FaultRule.sometimes(
                "CloneVM_Task", 0.05, new FaultAction.TaskFault("FileFault", "chaos: file fault"))
            .after(2));
    plan.add(FaultRule.sometimes("PowerOnVM_Task", 0.05, new FaultAction.HalfAnswer()).after(2));
    plan.add(FaultRule.sometimes("Destroy_Task", 0.05, new FaultAction.Unavailable()).after(2));
    plan.add(
        FaultRule.sometimes("WaitForUpdatesEx", 0.01, new FaultAction.ExpireSession()).after(50));
  }

  /** Cuts connections every few seconds until closed. */
  static Chaos cutting(long seed, AmqpSimulator amqp, GuestFleet guests) {
    Chaos chaos = new Chaos(seed);
    chaos.cutting =
        chaos.thread.scheduleWithFixedDelay(
            () -> chaos.cut(amqp, guests),
            BETWEEN_CUTS.toMillis(),
            BETWEEN_CUTS.toMillis(),
            TimeUnit.MILLISECONDS);
    return chaos;
  }

  private void cut(AmqpSimulator amqp, GuestFleet guests) {
    try {
      List<String> running = List.copyOf(guests.running());
      if (random.nextInt(3) == 0 || running.isEmpty()) {
        amqp.dropConnections();
      } else {
        guests.cut(running.get(random.nextInt(running.size())));
      }
    } catch (IllegalArgumentException e) {
      log.debug("the guest to cut off had gone already", e);
    }
  }

  @Override
  public void close() {
    cutting.cancel(false);
    thread.shutdownNow();
  }
}
