package io.macpool.worker.job.run;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerException;
import io.macpool.broker.Instance;
import io.macpool.broker.NewInstance;
import io.macpool.broker.net.Retries;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.job.JobEvent;
import io.macpool.guest.ssh.GuestException;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.guest.ssh.HostKeyPin;
import io.macpool.worker.image.ImageChoice;
import io.macpool.worker.job.JobPayload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One job's dealings with the broker, up to the login. Answers as events. */
final class JobInstance {

  private static final Logger log = LoggerFactory.getLogger(JobInstance.class);
  private static final Duration FIRST_LOOK = Duration.ofMillis(25);

  private static final Duration LONGEST_LOGIN = Duration.ofMinutes(1);

  /** A session that lasted this long is no sign of the next one's. */
  private static final Duration SETTLED = Duration.ofSeconds(15);

  private static final int FULL_LOGGED_EVERY = 20;
  private static final Duration FIRST_RELEASE_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_RELEASE_PAUSE = Duration.ofMinutes(1);

  /**
   * A broker that was asked and did not answer may have made an instance, and keeps it for as long
   * as this worker renews its lease. So it is asked again, by the same key, for two hours and more,
   * a minute of tries each time; the job does not wait for that.
   */
  private static final int UNANSWERED_TRIES = 65;

  /** Two hours and more: by then the broker's cutoff has ended it. */
  private static final int RELEASE_TRIES = 130;

  private final JobPayload job;
  private final JobDependencies dependencies;
  private final BrokerClient broker;
  private final Consumer<JobEvent> tell;
  private final HostKeyPin pin = new HostKeyPin();
  // One key a request: a request that found the pool full made nothing, its key may serve again.
  private final String idempotencyKey = UUID.randomUUID().toString();
  private int full;
  private int unanswered;
  private volatile Optional<String> refusal = Optional.empty();
  private volatile Duration loginLimit;
  private Duration reachPause = FIRST_LOOK;
  private long reachedAt = System.nanoTime() - SETTLED.multipliedBy(2).toNanos();
  private volatile Optional<Instance> created = Optional.empty();
  private volatile String image = "";
  private volatile Optional<String> substitution = Optional.empty();
  private volatile List<Endpoint> endpoints = List.of();
  private volatile boolean over;

  JobInstance(
      JobPayload job, JobDependencies dependencies, BrokerClient broker, Consumer<JobEvent> tell) {
    this.job = job;
    this.dependencies = dependencies;
    this.broker = broker;
    this.tell = tell;
    this.loginLimit = dependencies.policy().loginTimeout();
  }

  Optional<String> id() {
    return created.map(Instance::id);
  }

  String image() {
    return image;
  }

  /** What to tell the job's readers if they asked for another image; empty if not. */
  Optional<String> substitution() {
    return substitution;
  }

  HostKeyPin pin() {
    return pin;
  }

  void request() {
    CompletableFuture<Instance> unused =
        CompletableFuture.completedFuture(job)
            .thenCompose(dependencies.images()::select)
            .thenCompose(this::create)
            .whenComplete(
                (instance, failure) -> {
                  if (failure == null) {
                    created = Optional.of(instance);
                    tell.accept(new JobEvent.InstanceCreated(instance.id()));
                  } else {
                    refused(Retries.cause(failure));
                  }
                });
  }

  private CompletableFuture<Instance> create(ImageChoice chosen) {
    image = chosen.name();
    if (!chosen.substitution().equals(substitution)) {
      substitution = chosen.substitution();
      substitution.ifPresent(text -> log.warn("job {}: {}", job.jobId(), text));
    }
    JobPolicy policy = dependencies.policy();
    Integer cpus = policy.cpus() == 0 ? null : policy.cpus();
    Long ram = policy.ram() == 0 ? null : (long) policy.ram();
    return broker.create(NewInstance.of(image, cpus, ram), idempotencyKey);
  }

  private void refused(Throwable failure) {
    if (failure instanceof BrokerException e && e.reason() == BrokerException.Reason.FULL) {
      if (full++ % FULL_LOGGED_EVERY == 0) {
        log.info("job {} waits for a slot: {}", job.jobId(), e.getMessage());
      }
      tell.accept(new JobEvent.SlotsFull(e.retryAfter()));
      return;
    }
    log.warn("no instance for job {}: {}", job.jobId(), failure.getMessage());
    String why = String.valueOf(failure.getMessage());
    if (failure instanceof BrokerException e
        && e.reason() == BrokerException.Reason.UNREACHABLE
        && unanswered < UNANSWERED_TRIES) {
      if (unanswered++ == 0) {
        tell.accept(new JobEvent.InstanceUnanswered(why));
      }
      later(LONGEST_RELEASE_PAUSE, this::request);
    } else {
      tell.accept(new JobEvent.InstanceRefused(why));
    }
  }

  /** Looks until there is an address and SSH lets us in; hands over the session. */
  void awaitReachable(Consumer<GuestSession> reached) {
    endpoints = created.map(Instance::dialable).orElse(List.of());
    if (!endpoints.isEmpty()) {
      login(reached, FIRST_LOOK);
    } else {
      look(reached, FIRST_LOOK, FIRST_LOOK);
    }
  }

  /**
   * @param pause before the next look, if there is no address yet
   * @param loginPause before the next look, if there is one and nobody lets us in there
   */
  private void look(Consumer<GuestSession> reached, Duration pause, Duration loginPause) {
    if (over) {
      return;
    }
    String id = id().orElseThrow();
    CompletableFuture<Optional<Instance>> unused =
        broker
            .find(id)
            .whenComplete(
                (found, failure) -> {
                  if (failure != null) {
                    log.debug("instance {}: {}", id, Retries.cause(failure).getMessage());
                    later(pause, () -> look(reached, longer(pause), loginPause));
                  } else if (found.isEmpty()) {
                    tell.accept(new JobEvent.InstanceLost("the broker knows it no more"));
                  } else if (!found.get().dialable().isEmpty()) {
                    endpoints = found.get().dialable();
                    login(reached, loginPause);
                  } else {
                    later(pause, () -> look(reached, longer(pause), loginPause));
                  }
                });
  }

  private void login(Consumer<GuestSession> reached, Duration pause) {
    if (over) {
      return;
    }
    CompletableFuture<GuestSession> unused =
        dependencies
            .guests()
            .connect(endpoints, pin, dependencies.policy().probeTimeout(), loginLimit)
            .whenComplete(
                (session, failure) -> {
                  if (failure == null) {
                    reached.accept(session);
                  } else if (isFinal(failure)) {
                    log.warn("job {}: {}", job.jobId(), Retries.cause(failure).getMessage());
                    tell.accept(new JobEvent.InstanceLost(said(Retries.cause(failure))));
                  } else {
                    noteRefusal(Retries.cause(failure));
                    // It may be gone, and nobody would ever answer there: so the broker first.
                    later(pause, () -> look(reached, FIRST_LOOK, longer(pause)));
                  }
                });
  }

  /** Says once what SSH answers; one that is slow to log in gets more time at the next try. */
  private void noteRefusal(Throwable failure) {
    Optional<String> said = Optional.of(said(failure));
    if (!refusal.equals(said)) {
      log.info("job {}: {}; will try again", job.jobId(), failure.getMessage());
      refusal = said;
    }
    if (failure instanceof GuestException e && e.reason() == GuestException.Reason.LOGIN_SLOW) {
      Duration more = loginLimit.multipliedBy(2);
      loginLimit = more.compareTo(LONGEST_LOGIN) > 0 ? LONGEST_LOGIN : more;
    }
  }

  private static String said(Throwable failure) {
    return failure instanceof GuestException e ? e.said() : "SSH failed: " + failure.getMessage();
  }

  /** What SSH answered last when it did not let us in; without an address. */
  Optional<String> refusal() {
    return refusal;
  }

  private static boolean isFinal(Throwable failure) {
    return Retries.cause(failure) instanceof GuestException e
        && e.reason() == GuestException.Reason.HOST_KEY_CHANGED;
  }

  /**
   * Reaches the instance again after a lost session, unless it is gone; later and later when one
   * session after the other is lost at once.
   */
  void reach(Consumer<GuestSession> reached) {
    long now = System.nanoTime();
    boolean isFirst = Duration.ofNanos(now - reachedAt).compareTo(SETTLED) > 0;
    reachPause = isFirst ? FIRST_LOOK : longer(reachPause);
    reachedAt = now;
    later(reachPause, () -> look(reached, FIRST_LOOK, FIRST_LOOK));
  }

  /** Nothing more is looked for. */
  void stop() {
    over = true;
  }

  void release(String id) {
    over = true;
    release(id, FIRST_RELEASE_PAUSE, RELEASE_TRIES);
  }

  /** As long as this worker renews its lease the broker keeps what is not released. */
  private void release(String id, Duration pause, int tries) {
    CompletableFuture<Void> unused =
        broker
            .delete(id)
            .whenComplete(
                (nothing, failure) -> {
                  if (failure == null) {
                    tell.accept(new JobEvent.InstanceReleased());
                  } else if (tries > 1) {
                    log.warn(
                        "instance {} is not released yet: {}",
                        id,
                        Retries.cause(failure).getMessage());
                    Duration next = pause.multipliedBy(2);
                    later(
                        pause,
                        () ->
                            release(
                                id,
                                next.compareTo(LONGEST_RELEASE_PAUSE) > 0
                                    ? LONGEST_RELEASE_PAUSE
                                    : next,
                                tries - 1));
                  } else {
                    log.error(
                        "instance {} is left to the broker's own cleaning: {}",
                        id,
                        Retries.cause(failure).getMessage());
                    tell.accept(new JobEvent.InstanceReleased());
                  }
                });
  }

  private Duration longer(Duration pause) {
    Duration longest = dependencies.policy().bootPoll();
    Duration next = pause.multipliedBy(2);
    return next.compareTo(longest) > 0 ? longest : next;
  }

  private void later(Duration pause, Runnable task) {
    try {
      ScheduledFuture<?> unused =
          dependencies
              .scheduler()
              .schedule(
                  () -> dependencies.threads().execute(task),
                  pause.toMillis(),
                  TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: job {} looks no more", job.jobId());
    }
  }
}
