package io.macpool.sandbox;

import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultPlan;
import io.macpool.sim.vcenter.fault.FaultRule;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out a plan of mishaps while jobs run, and mends what is still broken when it is closed.
 * vCenter's faults call by call come by its own plan from the same seed.
 */
final class Chaos implements AutoCloseable {

  /** What kinds of trouble the sandbox offers. */
  enum Profile {
    NONE,
    /** Calls that fail, answers that are lost, sessions that end, clones that fail. */
    VCENTER,
    /** AMQP connections and guests' SSH connections cut. */
    NETWORK,
    /** Hosts that have been up for too long, until they are rebooted. */
    HOSTS,
    /** All of them. */
    ALL
  }

  /** Lets one kind of mishap happen. */
  @FunctionalInterface
  interface Deed {

    /** Empty if there was nobody to befall just now. */
    Optional<Harm> befall(int pick);
  }

  /**
   * What happened.
   *
   * @param to whom; may be empty
   * @param mend ends it; nothing to do where it mends itself
   */
  record Harm(String to, Runnable mend) {

    static Harm mendingItself(String to) {
      return new Harm(to, () -> {});
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Chaos.class);
  private static final long END_SECONDS = 10;

  private final MishapPlan plan;
  private final Map<Mishap.Kind, Deed> deeds;
  private final Consumer<String> told;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "chaos"));

  /** What is broken now, by what mends it. Confined to the thread. */
  private final Map<Mishap.Kind, Runnable> broken = new EnumMap<>(Mishap.Kind.class);

  private Chaos(MishapPlan plan, Map<Mishap.Kind, Deed> deeds, Consumer<String> told) {
    this.plan = plan;
    this.deeds = Map.copyOf(deeds);
    this.told = told;
  }

  /** Begins; {@code told} hears of each mishap that happened. */
  static Chaos start(MishapPlan plan, Map<Mishap.Kind, Deed> deeds, Consumer<String> told) {
    Chaos chaos = new Chaos(plan, deeds, told);
    chaos.awaitNext();
    return chaos;
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

  private void awaitNext() {
    Mishap next = plan.next();
    later(next.pause(), () -> happen(next));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor; the task never throws
  private void later(Duration pause, Runnable task) {
    try {
      thread.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closing) {
      log.debug("no more mishaps: closing", closing);
    }
  }

  private void happen(Mishap mishap) {
    try {
      if (!broken.containsKey(mishap.kind())) {
        Objects.requireNonNull(deeds.get(mishap.kind()), "the plan is of their kinds")
            .befall(mishap.pick())
            .ifPresent(harm -> happened(mishap, harm));
      }
    } catch (RuntimeException e) {
      log.warn("chaos could not bring about: {}", mishap.kind().text(), e);
    }
    awaitNext();
  }

  private void happened(Mishap mishap, Harm harm) {
    told.accept((mishap.kind().text() + " " + harm.to()).strip());
    broken.put(mishap.kind(), harm.mend());
    later(mishap.lasts(), () -> mend(mishap.kind()));
  }

  private void mend(Mishap.Kind kind) {
    Runnable mend = broken.remove(kind);
    if (mend == null) {
      return;
    }
    try {
      mend.run();
    } catch (RuntimeException e) {
      log.warn("chaos could not mend: {}", kind.text(), e);
    }
  }

  /** Ends it: nothing more goes wrong, and nothing stays broken. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a mishap still happens after {} s", END_SECONDS);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    Map.copyOf(broken).keySet().forEach(this::mend);
  }
}
