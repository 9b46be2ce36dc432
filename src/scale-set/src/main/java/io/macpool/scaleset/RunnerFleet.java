package io.macpool.scaleset;

import io.macpool.broker.Capacity;
import io.macpool.broker.Instance;
import io.macpool.broker.net.Retries;
import io.macpool.core.Observed;
import io.macpool.core.runner.Runner;
import io.macpool.core.runner.Runner.Phase;
import io.macpool.core.runner.RunnerPlan;
import io.macpool.core.runner.RunnerPlanner;
import io.macpool.core.runner.RunnerPolicy;
import io.macpool.scaleset.github.GitHubException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All runners of the scale set: plans how many there should be each time that something changed,
 * and every few seconds, and has it done. Nothing is made or given up before {@link #adopt} has
 * found what a predecessor left. Thread-safe.
 */
final class RunnerFleet implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RunnerFleet.class);
  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final Duration BELIEVED = Duration.ofSeconds(10);
  private static final Duration CLOSES = Duration.ofSeconds(5);

  private final RunnerPlace place;
  private final RunnerPolicy policy;
  private final RunnerMeters meters;
  private final RunnerBackoff setbacks;
  private final Clock clock;
  private final Runnable capacityChanged;
  private final Map<String, RunnerLife> lives = new LinkedHashMap<>();
  private final ScheduledExecutorService planner =
      Executors.newSingleThreadScheduledExecutor(Threads.named("plan"));
  private final ExecutorService runners = Executors.newCachedThreadPool(Threads.named("runner"));
  private final AtomicBoolean planned = new AtomicBoolean();
  private final LifeListener listener = new LifeListener();
  private Observed<Integer> assigned;
  private Observed<Integer> room;
  private boolean adopted;
  private long assignments;
  private volatile int capacity;
  private String told = "";

  /**
   * Does nothing yet.
   *
   * @param capacityChanged told when {@link #capacity} became another one
   */
  RunnerFleet(
      RunnerPlace place,
      RunnerPolicy policy,
      RunnerMeters meters,
      RunnerBackoff setbacks,
      Clock clock,
      Runnable capacityChanged) {
    this.place = place;
    this.policy = policy;
    this.meters = meters;
    this.setbacks = setbacks;
    this.clock = clock;
    this.capacityChanged = capacityChanged;
    this.assigned = Observed.unknown("GitHub has not told yet", clock.instant());
    this.room = Observed.unknown("the broker has not told yet", clock.instant());
  }

  /** Begins to look at the broker's slots. */
  void start() {
    var unused =
        planner.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Takes up what a predecessor left under our lease: runners that GitHub knows go on, others are
   * destroyed. To be called once the scale set is ours. Blocks.
   *
   * @param left instances that are there under the lease
   * @throws GitHubException if GitHub does not say which runners it knows; to be called again then
   */
  void adopt(List<Instance> left) {
    Map<String, OptionalLong> agents = new LinkedHashMap<>();
    for (Instance each : left) {
      agents.put(each.id(), place.service().agent(place.runner(each.id())));
    }
    synchronized (this) {
      if (adopted) {
        return;
      }
      adopted = true;
      agents.forEach(
          (instance, agent) -> {
            if (agent.isPresent()) {
              log.info("runner {} of a predecessor is taken up", place.runner(instance));
              begin(RunnerLife.adopted(place, listener, instance, agent.getAsLong()));
            } else {
              log.info("instance {} of a predecessor has no runner: it is destroyed", instance);
              begin(RunnerLife.leftover(place, listener, instance));
            }
          });
    }
    plan();
  }

  synchronized boolean isAdopted() {
    return adopted;
  }

  /** How many jobs GitHub says are ours now. */
  void assigned(int jobs) {
    synchronized (this) {
      assigned = Observed.known(jobs, clock.instant());
      assignments++;
      meters.assigned(jobs);
    }
    plan();
  }

  /** Nobody tells how many jobs are ours. */
  void assignedUnknown(String cause) {
    synchronized (this) {
      assigned = Observed.unknown(cause, clock.instant());
      meters.assigned(Double.NaN);
    }
    plan();
  }

  void jobStarted(String runner) {
    find(runner).ifPresent(RunnerLife::jobStarted);
  }

  void jobCompleted(String runner) {
    find(runner).ifPresent(RunnerLife::jobCompleted);
  }

  private synchronized Optional<RunnerLife> find(String runner) {
    return lives.values().stream()
        .filter(life -> life.name().filter(runner::equals).isPresent())
        .findFirst();
  }

  /** How many jobs may be assigned at a time, those that are included. */
  int capacity() {
    return capacity;
  }

  /** How often GitHub has told how many jobs are ours. */
  synchronized long assignments() {
    return assignments;
  }

  /** How many jobs more GitHub may assign now. */
  synchronized int openings() {
    return assigned.toOptional().map(jobs -> Math.max(0, capacity - jobs)).orElse(0);
  }

  /** Why runners that are wanted are not made; empty if all is well. */
  Optional<String> warning() {
    return setbacks.warning();
  }

  private void look() {
    Set<String> before = settled();
    var unused =
        place
            .broker()
            .capacity()
            .thenCompose(this::free)
            .whenComplete(
                (free, failure) -> {
                  seen(free, failure, before);
                  plan();
                });
  }

  /** Those that have a Mac; one that is being made or destroyed may be among the free slots. */
  private synchronized Set<String> settled() {
    return lives.values().stream()
        .filter(RunnerLife::isSettled)
        .map(RunnerLife::key)
        .collect(Collectors.toSet());
  }

  /** Slots that could have one of our instances at once; empty if the broker does not tell. */
  private CompletableFuture<Optional<Integer>> free(Optional<Capacity> pool) {
    if (pool.filter(ImageSlots::differ).isEmpty()) {
      return CompletableFuture.completedFuture(
          pool.map(seen -> ImageSlots.of(seen, List.of(), place.instance().baseImage())));
    }
    return place
        .broker()
        .images()
        .thenApply(
            images -> pool.map(seen -> ImageSlots.of(seen, images, place.instance().baseImage())));
  }

  /**
   * Takes the broker's answer.
   *
   * @param before who had a Mac when it was asked: only who still has it was not among the free
   */
  private synchronized void seen(
      Optional<Integer> free, @Nullable Throwable failure, Set<String> before) {
    if (failure != null) {
      room =
          room.afterFailure(
              String.valueOf(Retries.cause(failure).getMessage()), BELIEVED, clock.instant());
    } else if (free.isEmpty()) {
      room = Observed.unknown("the broker does not tell its capacity", clock.instant());
    } else {
      Set<String> own = settled();
      own.retainAll(before);
      room = Observed.known(free.get() + own.size(), clock.instant());
    }
  }

  /** Plans soon, once for all that happened until then. */
  private void plan() {
    if (planned.compareAndSet(false, true)) {
      try {
        planner.execute(
            () -> {
              planned.set(false);
              round();
            });
      } catch (RejectedExecutionException e) {
        log.debug("the scale set closes: nothing is planned any more");
      }
    }
  }

  private void round() {
    List<RunnerLife> retired = new ArrayList<>();
    boolean changed;
    synchronized (this) {
      if (!adopted) {
        return;
      }
      List<Runner> views = lives.values().stream().map(RunnerLife::view).toList();
      Optional<String> setback = setbacks.reason();
      Observed<Integer> known =
          setback.isEmpty() ? room : room.map(all -> Math.min(all, held(views)));
      RunnerPlan plan = RunnerPlanner.plan(policy, assigned, known, views);
      changed = plan.capacity() != capacity;
      capacity = plan.capacity();
      meters.planned(plan.capacity(), views);
      tell(plan, setback.orElse(""));
      for (int i = 0; i < plan.create(); i++) {
        begin(RunnerLife.fresh(place, listener));
      }
      plan.retire().stream().map(lives::get).forEach(retired::add);
    }
    retired.forEach(life -> runners.execute(life::retire));
    if (changed) {
      capacityChanged.run();
    }
  }

  private static int held(List<Runner> views) {
    return (int) views.stream().filter(Runner::held).count();
  }

  private void tell(RunnerPlan plan, String setback) {
    String reason = setback.isEmpty() ? plan.reason() : plan.reason() + ": " + setback;
    if (!reason.equals(told)) {
      told = reason;
      log.info("plan: {}", reason);
    }
  }

  private void begin(RunnerLife life) {
    lives.put(life.key(), life);
    runners.execute(life);
  }

  private final class LifeListener implements RunnerLife.Listener {

    @Override
    public void changed() {
      plan();
    }

    @Override
    public void full(String reason, Duration pause) {
      setbacks.full(reason, pause);
    }

    @Override
    public void begun(Optional<String> failure) {
      if (failure.isPresent()) {
        setbacks.failed(failure.get());
      } else {
        setbacks.succeeded();
      }
    }

    @Override
    public void over(RunnerLife life) {
      synchronized (RunnerFleet.this) {
        lives.remove(life.key());
      }
      meters.ended();
      plan();
    }
  }

  /** The instances that are known here; to be compared with what the lease holds. */
  synchronized List<String> instances() {
    return lives.values().stream().map(RunnerLife::instance).flatMap(Optional::stream).toList();
  }

  /** How many runners are in a phase. */
  synchronized long count(Phase phase) {
    return lives.values().stream().filter(life -> life.view().phase() == phase).count();
  }

  /** Leaves all runners as they are, for a successor. */
  @Override
  public void close() {
    planner.shutdownNow();
    runners.shutdownNow();
    try {
      if (!runners.awaitTermination(CLOSES.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("some runners are still in a call; they are left as they are");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
