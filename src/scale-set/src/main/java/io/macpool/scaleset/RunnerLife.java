package io.macpool.scaleset;

import io.macpool.broker.BrokerException;
import io.macpool.core.runner.Runner;
import io.macpool.core.runner.Runner.Phase;
import io.macpool.guest.ssh.GuestException;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.scaleset.GuestRunner.End;
import io.macpool.scaleset.GuestRunner.Ended;
import io.macpool.scaleset.github.GitHubException;
import io.macpool.scaleset.github.JitRunner;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One runner's way, on a thread of its own: an instance, the login, GitHub's word that there is
 * such a runner, its program, its end, the instance destroyed. An interrupt leaves all as it is,
 * for a successor that takes it up.
 */
final class RunnerLife implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(RunnerLife.class);

  /** GitHub tells of a job's end within it, or not at all. */
  private static final Duration SETTLES = Duration.ofMinutes(1);

  /** What a runner may still have to do once its job has ended. */
  private static final Duration LINGERS = Duration.ofMinutes(2);

  /** What a life tells of itself; called on its thread. */
  interface Listener {

    /** Its phase is another one. */
    void changed();

    /** The pool has no room for it. */
    void full(String reason, Duration pause);

    /** It came about, or not. */
    void begun(Optional<String> failure);

    /** Nothing of it is left, or nothing is to be done about it any more. */
    void over(RunnerLife life);
  }

  private final RunnerPlace place;
  private final Listener listener;
  private final String key = UUID.randomUUID().toString();
  private final CompletableFuture<Void> released = new CompletableFuture<>();
  private final CompletableFuture<Void> completed = new CompletableFuture<>();
  private final boolean adopted;
  private final RunnerInstance instance;
  private volatile OptionalLong agent;
  private volatile Phase phase;
  private volatile boolean held = true;
  private volatile boolean hasJob;
  private volatile boolean goes;
  private final boolean wanted;
  private boolean retiring;
  private volatile boolean registering;

  private RunnerLife(
      RunnerPlace place,
      Listener listener,
      Optional<String> instance,
      OptionalLong agent,
      Phase phase) {
    this.wanted = phase != Phase.ENDING;
    this.place = place;
    this.listener = listener;
    this.instance = new RunnerInstance(place, key, instance, released);
    this.agent = agent;
    this.phase = phase;
    this.adopted = instance.isPresent();
  }

  /** One that has to be made. */
  static RunnerLife fresh(RunnerPlace place, Listener listener) {
    return new RunnerLife(place, listener, Optional.empty(), OptionalLong.empty(), Phase.PREPARING);
  }

  /** One that a predecessor made, and GitHub knows: it may have a job. */
  static RunnerLife adopted(RunnerPlace place, Listener listener, String instance, long agent) {
    return new RunnerLife(
        place, listener, Optional.of(instance), OptionalLong.of(agent), Phase.IDLE);
  }

  /** What a predecessor made, and GitHub knows nothing of: it is destroyed. */
  static RunnerLife leftover(RunnerPlace place, Listener listener, String instance) {
    return new RunnerLife(
        place, listener, Optional.of(instance), OptionalLong.empty(), Phase.ENDING);
  }

  /** The same for all its life. */
  String key() {
    return key;
  }

  Optional<String> instance() {
    return instance.id();
  }

  /** Its name for GitHub; empty as long as it has no instance. */
  Optional<String> name() {
    return instance.id().map(place::runner);
  }

  /** As the planner sees it. */
  Runner view() {
    return new Runner(key, phase, held);
  }

  /** Whether it has a Mac for sure: it was given one, and nothing was done to end that. */
  boolean isSettled() {
    return instance.id().isPresent() && held && !goes;
  }

  /** GitHub says that it has a job. */
  synchronized void jobStarted() {
    hasJob = true;
    if (phase == Phase.IDLE) {
      phase = Phase.BUSY;
    }
    listener.begun(Optional.empty());
  }

  /** GitHub says that its job ended: it takes no other. */
  synchronized void jobCompleted() {
    hasJob = true;
    phase = Phase.ENDING;
    completed.complete(null);
    CompletableFuture<Void> unused =
        released.completeOnTimeout(null, LINGERS.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Nobody needs it. Blocks while GitHub is asked whether it has a job by now, in which case it
   * stays.
   */
  void retire() {
    OptionalLong known;
    synchronized (this) {
      boolean becomesKnown = registering && agent.isEmpty();
      if (retiring || becomesKnown || phase == Phase.ENDING) {
        return;
      }
      retiring = true;
      known = agent;
      if (known.isEmpty()) {
        giveUp();
      }
    }
    if (known.isPresent()) {
      remove(known.getAsLong());
    }
    listener.changed();
  }

  private void giveUp() {
    phase = Phase.ENDING;
    agent = OptionalLong.empty();
    released.complete(null);
  }

  private void remove(long known) {
    Optional<Boolean> removed = Optional.empty();
    try {
      removed = Optional.of(place.service().remove(known));
    } catch (GitHubException e) {
      log.info("runner {} is not retired yet: {}", label(), e.getMessage());
    }
    synchronized (this) {
      retiring = false;
      if (removed.orElse(false)) {
        giveUp();
      } else if (removed.isPresent() && phase == Phase.IDLE) {
        phase = Phase.BUSY;
      }
    }
  }

  private String label() {
    return name().orElse("(no instance yet)");
  }

  @Override
  public void run() {
    boolean leave = false;
    try {
      if (wanted && (adopted || create())) {
        serve();
      }
    } catch (InterruptedException e) {
      leave = true; // the service stops
    } catch (RuntimeException e) {
      leave = Thread.currentThread().isInterrupted();
      if (!leave) {
        failed("runner %s failed: %s".formatted(label(), e.getMessage()), e);
      }
    }
    try {
      if (!leave) {
        end();
      }
    } catch (InterruptedException e) {
      log.debug("{} is left to a successor", label());
    } finally {
      held = false;
      listener.over(this);
    }
  }

  private void failed(String why, RuntimeException failure) {
    boolean expected =
        failure instanceof GitHubException
            || failure instanceof BrokerException
            || failure instanceof GuestException
            || failure instanceof RunnerInstance.Lost;
    log.warn("{}", why, expected ? null : failure);
    if (!hasJob) {
      listener.begun(Optional.of(why));
    }
  }

  /** False if the pool has no room, or nobody needs it any more. */
  private boolean create() throws InterruptedException {
    try {
      instance.create();
      return true;
    } catch (BrokerException e) {
      if (e.reason() != BrokerException.Reason.FULL) {
        throw e;
      }
      listener.full(String.valueOf(e.getMessage()), e.retryAfter());
      return false;
    }
  }

  private void serve() throws InterruptedException {
    GuestSession session = instance.reach();
    if (session == null) {
      return;
    }
    synchronized (this) {
      if (released.isDone()) {
        session.close();
        return;
      }
      registering = true; // from here on GitHub may give it a job
    }
    CompletableFuture<End> end;
    if (adopted) {
      end = new GuestRunner(session).follow();
    } else {
      JitRunner jit = place.service().register(place.scaleSet().get(), label());
      synchronized (this) {
        agent = OptionalLong.of(jit.id());
        if (phase == Phase.PREPARING) {
          phase = Phase.IDLE;
        }
      }
      listener.changed();
      log.info("runner {} is ready", label());
      end = new GuestRunner(session).start(jit.config(), place.command(), () -> {});
    }
    follow(session, end);
  }

  private void follow(GuestSession first, CompletableFuture<End> begun)
      throws InterruptedException {
    GuestSession session = first;
    CompletableFuture<End> end = begun;
    while (true) {
      Optional<End> ended = Optional.empty();
      try {
        if (!either(end)) {
          return; // released
        }
        ended =
            Optional.of(RunnerInstance.await(end)).filter(each -> each.how() != Ended.DISCONNECTED);
      } catch (GuestException | RunnerInstance.Lost e) {
        log.info(
            "the connection to runner {} is lost and is made again: {}", label(), e.getMessage());
      } finally {
        session.close();
      }
      if (ended.isPresent()) {
        programEnded(ended.get());
        return;
      }
      session = instance.reach();
      if (session == null) {
        return;
      }
      end = new GuestRunner(session).follow();
    }
  }

  private void programEnded(End ended) {
    OptionalInt status = ended.status();
    synchronized (this) {
      boolean wellEnded = status.isPresent() && status.getAsInt() == 0;
      if (phase != Phase.ENDING) {
        phase = hasJob || wellEnded ? Phase.UNSETTLED : Phase.ENDING;
      }
      if (hasJob || wellEnded) {
        listener.begun(Optional.empty());
        return;
      }
    }
    throw new RunnerInstance.Lost(
        "its command ended with %s before it had a job: %s"
            .formatted(
                status.isPresent() ? "status " + status.getAsInt() : "no status",
                ended.output().isEmpty() ? "it printed nothing" : ended.output()));
  }

  /** Ends what is left, and waits for GitHub's word on the job if it has not come. */
  private void end() throws InterruptedException {
    long told = System.nanoTime() + SETTLES.toNanos();
    synchronized (this) {
      if (phase != Phase.UNSETTLED) {
        phase = Phase.ENDING;
      }
    }
    goes = true;
    listener.changed();
    instance.destroy();
    held = false;
    listener.changed();
    if (phase == Phase.UNSETTLED) {
      try {
        completed.get(Math.max(1, told - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException | ExecutionException e) {
        log.info("GitHub told no end of a job on runner {}", label());
      }
    }
    if (!completed.isDone() && registering) {
      forget();
    }
  }

  private void forget() {
    try {
      // An answer that was lost leaves a runner of which only the name is known.
      OptionalLong known = agent.isPresent() ? agent : place.service().agent(label());
      if (known.isPresent() && !place.service().remove(known.getAsLong())) {
        log.warn("runner {} went with a job: GitHub will fail the job", label());
      }
    } catch (GitHubException e) {
      log.warn("runner {} may still be listed by GitHub, offline: {}", label(), e.getMessage());
    }
  }

  /** True if it ended, false if nobody needs it any more. */
  private boolean either(CompletableFuture<?> end) throws InterruptedException {
    try {
      Object unused = CompletableFuture.anyOf(end, released).get();
    } catch (ExecutionException e) {
      return true; // whoever takes its result learns why
    }
    return end.isDone();
  }
}
