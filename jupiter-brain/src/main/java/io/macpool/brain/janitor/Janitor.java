package io.macpool.brain.janitor;

import io.macpool.brain.hypervisor.Folders;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.janitor.Round.Line;
import io.macpool.brain.janitor.Round.Outcome;
import io.macpool.brain.ledger.Ledger;
import io.macpool.brain.ledger.Transition;
import io.macpool.core.fleet.FoundMachine;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.JanitorPlanner;
import io.macpool.core.fleet.JanitorPlanner.Verdict;
import io.macpool.core.fleet.PowerState;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Looks at folders of machines and destroys, by age, those that nobody can want any more. */
public final class Janitor implements AutoCloseable {

  /** How far it goes. */
  public enum Mode {
    DESTROY,
    /** As the old janitor's {@code SKIP_DESTROY}: machines are switched off and stay. */
    SWITCH_OFF,
    /** It only tells. */
    DRY_RUN
  }

  /**
   * How it goes about it.
   *
   * @param concurrency machines at a time
   * @param perSecond machines begun in a second at most
   * @param machineLimit the longest that one machine may take
   */
  public record Options(
      List<String> folders,
      JanitorPlanner.Policy policy,
      Mode mode,
      int concurrency,
      int perSecond,
      Duration machineLimit) {
    public Options {
      folders = List.copyOf(folders);
      Objects.requireNonNull(policy, "policy");
      Objects.requireNonNull(mode, "mode");
      Objects.requireNonNull(machineLimit, "machineLimit");
      if (concurrency < 1 || perSecond < 1) {
        throw new IllegalArgumentException(
            "concurrency and rate must be at least 1: " + concurrency + ", " + perSecond);
      }
    }
  }

  private final Folders folders;
  private final Optional<Ledger> ledger;
  private final Options options;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor threads;

  /**
   * @param ledger the brokers', which tells warm instances, and those being made, from old ones;
   *     without it, age alone counts
   */
  public Janitor(Folders folders, Optional<Ledger> ledger, Options options, Clock clock) {
    this.folders = folders;
    this.ledger = ledger;
    this.options = options;
    this.clock = clock;
    this.threads =
        new ScheduledThreadPoolExecutor(
            options.concurrency(),
            task -> {
              Thread thread = new Thread(task, "janitor");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Looks once and does what is to be done; returns when all of it has ended.
   *
   * @throws io.macpool.brain.ledger.database.LedgerException if the ledger can't be read: then
   *     nothing is touched
   */
  public Round round() throws InterruptedException {
    Map<String, String> unread = new LinkedHashMap<>();
    Map<String, String> folderOf = new LinkedHashMap<>();
    List<FoundMachine> found = new ArrayList<>();
    for (String folder : options.folders()) {
      try {
        List<FoundMachine> machines = await(folders.list(folder), options.machineLimit());
        machines.forEach(machine -> folderOf.putIfAbsent(machine.ref(), folder));
        found.addAll(machines);
      } catch (HypervisorFailure e) {
        unread.put(folder, e.getMessage());
      }
    }
    // After the folders: an intent is on record before its machine exists, so none is missed.
    Map<String, Instance> records =
        ledger.map(Ledger::live).orElse(List.of()).stream()
            .collect(Collectors.toMap(Instance::id, Function.identity()));
    List<Verdict> plan = JanitorPlanner.plan(found, records, options.policy(), clock.instant());
    return new Round(carryOut(plan, folderOf, records), unread);
  }

  private List<Line> carryOut(
      List<Verdict> plan, Map<String, String> folderOf, Map<String, Instance> records)
      throws InterruptedException {
    Map<Verdict, ScheduledFuture<?>> begun = new LinkedHashMap<>();
    if (options.mode() != Mode.DRY_RUN) {
      for (Verdict verdict : plan) {
        if (verdict.goes()) {
          long delay = begun.size() * 1000L / options.perSecond();
          begun.put(
              verdict,
              threads.schedule(
                  () ->
                      dispose(verdict, Optional.ofNullable(records.get(verdict.machine().name()))),
                  delay,
                  TimeUnit.MILLISECONDS));
        }
      }
    }
    List<Line> lines = new ArrayList<>();
    for (Verdict verdict : plan) {
      String failure = begun.containsKey(verdict) ? failureOf(begun.get(verdict)) : "";
      lines.add(
          new Line(
              folderOf.getOrDefault(verdict.machine().ref(), ""),
              verdict,
              outcome(verdict, failure),
              failure));
    }
    return lines;
  }

  private Outcome outcome(Verdict verdict, String failure) {
    if (!verdict.goes()) {
      return verdict.postponed() ? Outcome.POSTPONED : Outcome.LEFT;
    }
    return switch (options.mode()) {
      case DRY_RUN -> Outcome.WOULD_DESTROY;
      case SWITCH_OFF -> failure.isEmpty() ? Outcome.SWITCHED_OFF : Outcome.FAILED;
      case DESTROY -> failure.isEmpty() ? Outcome.DESTROYED : Outcome.FAILED;
    };
  }

  /** The decision goes on record first, so that the brokers know of it, and one carries it out. */
  private Void dispose(Verdict verdict, Optional<Instance> record) throws InterruptedException {
    FoundMachine machine = verdict.machine();
    if (options.mode() == Mode.DESTROY) {
      decide(verdict, record);
    }
    if (machine.power() != PowerState.OFF) {
      await(folders.powerOff(machine.ref()), options.machineLimit());
    }
    if (options.mode() == Mode.DESTROY) {
      await(folders.destroy(machine.ref()), options.machineLimit());
      record(verdict, InstanceEvent.DESTROYED, Optional.empty());
    }
    return null;
  }

  /** What changed on record since it was judged, or came there, is not touched. */
  private void decide(Verdict verdict, Optional<Instance> judged) {
    Optional<Instance> now =
        record(verdict, InstanceEvent.JUDGED, judged.map(Instance::version))
            .filter(instance -> instance.phase() != InstancePhase.RECLAIMING);
    if (now.isPresent() && now.get().phase() != InstancePhase.GONE) {
      throw new IllegalStateException(
          "left alone: its record changed while it was judged; it is judged anew next time");
    }
  }

  /** A machine that is on no record is none of the ledger's business. */
  private Optional<Instance> record(Verdict verdict, InstanceEvent event, Optional<Long> seen) {
    String reason = "janitor: " + verdict.reason().name().toLowerCase(Locale.ROOT);
    Transition transition =
        Transition.of(verdict.machine().name(), event, reason.replace('_', '-'));
    return ledger.flatMap(
        open -> open.advance(seen.map(transition::asSeen).orElse(transition)).now());
  }

  private static String failureOf(ScheduledFuture<?> work) throws InterruptedException {
    try {
      work.get();
      return "";
    } catch (ExecutionException e) {
      return String.valueOf(Objects.requireNonNullElse(e.getCause(), e).getMessage());
    }
  }

  /** The adapter's futures end within its own limits; ours is behind them, for a bug in those. */
  private static <T> T await(CompletableFuture<T> work, Duration limit)
      throws InterruptedException {
    try {
      return work.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable inner =
          e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
      Throwable cause = Objects.requireNonNullElse(inner, e);
      if (cause instanceof HypervisorFailure failure) {
        throw failure;
      }
      throw new HypervisorFailure.OutcomeUnknown(String.valueOf(cause.getMessage()), cause);
    } catch (TimeoutException e) {
      throw new HypervisorFailure.OutcomeUnknown("no end within " + limit, e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
