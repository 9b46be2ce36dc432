package io.macpool.scaleset;

import io.macpool.broker.net.Retries;
import io.macpool.core.GoDuration;
import io.macpool.scaleset.github.GitHubException;
import io.macpool.scaleset.github.GitHubException.Reason;
import io.macpool.scaleset.github.JobMessage;
import io.macpool.scaleset.github.MessageSession;
import io.macpool.scaleset.github.Patience;
import io.macpool.scaleset.github.QueueMessage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the scale set's session: opens it, follows its messages, acquires jobs, and takes it up
 * again when it was lost. On a thread of its own.
 */
final class JobListener implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JobListener.class);

  /** As long as failures go on, so often at most. */
  private static final Patience PAUSES =
      new Patience(Integer.MAX_VALUE, Duration.ofMillis(500), Duration.ofSeconds(30));

  /** What was known when failures began is believed for so long. */
  private static final int FAILURES_BELIEVED = 4;

  /** A poll is not begun anew for a changed capacity more often than that. */
  private static final Duration SHORTEST_POLL = Duration.ofSeconds(5);

  private static final Duration CLOSES = Duration.ofSeconds(15);

  /** The poll was cut short by ourselves. */
  private static final QueueMessage NOTHING = new QueueMessage(0, OptionalInt.empty(), List.of());

  private final Supplier<MessageSession> opening;
  private final RunnerFleet fleet;
  private final Runnable opened;
  private final IntSupplier counting;
  private final RunnerMeters meters;
  private final Thread thread;
  private final OfferedJobs offered = new OfferedJobs();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile Optional<String> trouble = Optional.of("the session is not opened yet");
  private volatile boolean stopping;
  private volatile CompletableFuture<Optional<QueueMessage>> poll =
      CompletableFuture.completedFuture(Optional.empty());
  private volatile int told;
  private volatile boolean waits;

  /**
   * Does nothing yet.
   *
   * @param opening opens the session
   * @param opened to be done before the first message of a session is looked at; may fail as the
   *     session's own calls do, and is then done again
   * @param counting asks how many jobs are ours
   */
  JobListener(
      Supplier<MessageSession> opening,
      RunnerFleet fleet,
      Runnable opened,
      IntSupplier counting,
      RunnerMeters meters) {
    this.opening = opening;
    this.counting = counting;
    this.fleet = fleet;
    this.opened = opened;
    this.meters = meters;
    this.thread = Threads.named("session").newThread(this::run);
  }

  void start() {
    thread.start();
  }

  /** Why no session is ours; empty if one is. */
  Optional<String> trouble() {
    return trouble;
  }

  /** What GitHub is told is not true any more. */
  void capacityChanged() {
    if (waits && fleet.openings() > 0) {
      poll.cancel(true); // jobs are held back, and there is room now
      return;
    }
    if (fleet.capacity() != told) {
      CompletableFuture<Optional<QueueMessage>> now = poll;
      CompletableFuture.delayedExecutor(SHORTEST_POLL.toMillis(), TimeUnit.MILLISECONDS)
          .execute(
              () -> {
                if (fleet.capacity() != told) {
                  now.cancel(true);
                }
              });
    }
  }

  private void run() {
    int failures = 0;
    while (!stopping) {
      try (OpenSession session = new OpenSession(opening.get())) {
        log.info("the scale set's session is ours");
        opened.run();
        fleet.assigned(session.session().assignedAtFirst());
        trouble = Optional.empty();
        meters.session(true);
        failures = 0;
        follow(session.session());
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        failures++;
        failed(e, failures);
      } finally {
        meters.session(false);
      }
    }
  }

  /** Closes what it can. */
  private record OpenSession(MessageSession session) implements AutoCloseable {

    @Override
    public void close() {
      // An interrupt that ends us must not keep the session from its end.
      boolean interrupted = Thread.interrupted();
      try {
        session.close();
      } catch (GitHubException e) {
        log.warn("the session is not closed, the next one may have to wait: {}", e.getMessage());
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private void follow(MessageSession session) throws InterruptedException {
    offered.clear();
    long last = 0;
    int failures = 0;
    while (!stopping) {
      try {
        acquire(session);
        Optional<QueueMessage> message = next(session, last);
        if (message.isPresent() && message.get().id() != 0) {
          last = message.get().id();
          take(message.get());
        } else if (message.isEmpty()) {
          // Silence is no news of what was counted wrongly, or was in a message that got lost.
          fleet.assigned(counting.getAsInt());
        }
        failures = 0;
        trouble = Optional.empty();
      } catch (GitHubException e) {
        if (e.reason() == Reason.NOT_FOUND) {
          throw e;
        }
        failures++;
        if (e.reason() == Reason.UNAUTHORIZED && failures < FAILURES_BELIEVED) {
          session.renew();
        } else {
          failed(e, failures);
        }
      }
    }
  }

  private Optional<QueueMessage> next(MessageSession session, long last)
      throws InterruptedException {
    told = fleet.capacity();
    poll = session.poll(last, told);
    waits = offered.isHeldBack();
    if (waits && room() > 0) {
      poll.cancel(true);
    }
    try {
      return poll.get();
    } catch (CancellationException e) {
      return Optional.of(NOTHING);
    } catch (ExecutionException e) {
      throw Retries.cause(Objects.requireNonNullElse(e.getCause(), e))
              instanceof GitHubException known
          ? known
          : new IllegalStateException(e.getCause());
    } finally {
      waits = false;
    }
  }

  private void take(QueueMessage message) {
    offered.begin(message.id());
    for (JobMessage job : message.jobs()) {
      switch (job.kind()) {
        case AVAILABLE -> offered.add(message.id(), job.request());
        case STARTED -> fleet.jobStarted(job.runner());
        case COMPLETED -> {
          meters.completed();
          offered.remove(job.request());
          fleet.jobCompleted(job.runner());
        }
        case ASSIGNED, OTHER -> log.debug("{} of job {}", job.kind(), job.request());
      }
    }
    message.assigned().ifPresent(fleet::assigned);
  }

  /** No more than there is room for; and what is dealt with is taken back. */
  private void acquire(MessageSession session) {
    List<Long> next = offered.next(room());
    if (!next.isEmpty()) {
      List<Long> acquired = session.acquire(next);
      offered.acquired(next, acquired.size());
      meters.acquired(acquired.size());
    }
    for (long message : offered.settled()) {
      session.acknowledge(message);
      offered.acknowledged(message);
    }
  }

  private int room() {
    return Math.max(0, fleet.openings() - offered.acquiredSince(fleet.assignments()));
  }

  private void failed(RuntimeException failure, int failures) {
    if (stopping) {
      return; // a call that we cut short ourselves
    }
    boolean conflict = failure instanceof GitHubException e && e.reason() == Reason.CONFLICT;
    String why =
        conflict
            ? "another session of the scale set is open: of another process, or of one that died,"
                + " which GitHub ends after some minutes"
            : String.valueOf(failure.getMessage());
    if (!(failure instanceof GitHubException)) {
      log.error("a fault of our own", failure);
    }
    if (failures >= FAILURES_BELIEVED || conflict) {
      fleet.assignedUnknown(why);
      trouble = Optional.of(why);
    }
    Duration pause =
        failure instanceof GitHubException e
            ? PAUSES.pauseAfter(failures, e)
            : Duration.ofSeconds(failures);
    log.warn("{}; again in {}", why, GoDuration.format(pause));
    try {
      stopped.get(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.trace("waited");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the session, so that a successor need not wait. */
  @Override
  public void close() {
    stopping = true;
    stopped.complete(null);
    poll.cancel(true);
    try {
      thread.join(CLOSES.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
