package io.macpool.worker.job.run;

import io.macpool.broker.net.Retries;
import io.macpool.core.job.JobEvent;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.log.JobLog;
import io.macpool.worker.job.wrapper.Wrapper;
import io.macpool.worker.job.wrapper.WrapperChannel;
import io.macpool.worker.job.wrapper.WrapperChannel.Purpose;
import io.macpool.worker.job.wrapper.WrapperDialogue.Shortage;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job's dealings with its instance over SSH, all of them with its {@link Wrapper}. The script
 * runs detached from any session, so a session is only a view of it: a lost one is replaced by
 * another, which goes on where the log stopped. Called from the job's mailbox; answers as events.
 *
 * <p>Nothing that SSH itself says of a command, its exit status least of all, counts as the
 * script's: between SSH and the wrapper stands the user's login shell with its start files.
 */
final class JobGuest {

  private static final Logger log = LoggerFactory.getLogger(JobGuest.class);

  private final JobPayload job;
  private final JobDependencies dependencies;
  private final JobLog output;
  private final Runnable touched;
  private final Consumer<JobEvent> tell;
  private final String place = Wrapper.newKey();
  private @Nullable GuestSession session;
  private Optional<WrapperChannel> first = Optional.empty();
  private Optional<WrapperChannel> current = Optional.empty();
  private boolean disconnected;
  private volatile boolean held;

  /**
   * The guest of a job that has none yet.
   *
   * @param touched told of each output, on any thread
   */
  JobGuest(
      JobPayload job,
      JobDependencies dependencies,
      JobLog output,
      Runnable touched,
      Consumer<JobEvent> tell) {
    this.job = job;
    this.dependencies = dependencies;
    this.output = output;
    this.touched = touched;
    this.tell = tell;
  }

  /** Takes a session over, in the place of a lost one; closes it at once if it comes too late. */
  boolean use(GuestSession opened) {
    if (disconnected) {
      opened.close();
      return false;
    }
    if (session != null) {
      session.close();
    }
    session = opened;
    return true;
  }

  /** Whether it is over with the instance. */
  boolean isDisconnected() {
    return disconnected;
  }

  private GuestSession session() {
    return Objects.requireNonNull(session, "a job's machine uses a session before all else");
  }

  /** Hands the script to the instance, where it waits. */
  void upload(byte[] script) {
    Purpose purpose = Purpose.start(script, dependencies.policy().keychainPassword());
    WrapperChannel starting = channel(purpose, 0);
    starting.open(session(), nonce -> Wrapper.start(nonce, place, script.length));
    first = Optional.of(starting);
    // Sooner than the job's own timer, which knows nothing of what the login shell said.
    Duration limit = dependencies.policy().uploadTimeout().multipliedBy(19).dividedBy(20);
    try {
      starting.giveUpAfter(limit, dependencies.scheduler());
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: nobody waits for job {} to start", job.jobId());
    }
  }

  /** Starts the script; its output goes to the log. */
  void run() {
    first.ifPresent(WrapperChannel::go);
  }

  /** Shows the running script's output from where the log stopped, in a new session. */
  void attach() {
    long offset = output.scriptBytes();
    channel(Purpose.attach(first.map(WrapperChannel::boot).orElse("")), offset)
        .open(session(), nonce -> Wrapper.attach(nonce, place, offset));
  }

  private WrapperChannel channel(Purpose purpose, long offset) {
    WrapperChannel opened = new WrapperChannel(purpose, offset, this::take, this::tooFull, tell);
    current = Optional.of(opened);
    return opened;
  }

  private void tooFull(Shortage shortage) {
    switch (shortage) {
      case OUTPUT ->
          output.write(
              "\n\nThe disk of this job's instance was full: some of the job's output is missing"
                  + " above.\n");
      case HOME ->
          output.write("\n\nThe disk with the home directory of this job's instance is full.\n");
      case NOTHING -> log.trace("there was room in the instance of job {}", job.jobId());
    }
  }

  private CompletableFuture<Void> take(byte[] bytes, int from, int count) {
    touched.run();
    dependencies.meters().output(count);
    CompletableFuture<Void> room = output.output(bytes, from, count);
    if (room.isDone()) {
      return room;
    }
    held = true;
    return room.thenRun(() -> held = false);
  }

  /** Whether output waits for room in the log. */
  boolean isHeld() {
    return held;
  }

  /** Fetches the trace to where traces are kept. */
  void fetchTrace() {
    CompletableFuture<Void> unused =
        current
            .map(WrapperChannel::trace)
            .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
            .thenCompose(
                trace ->
                    trace
                        .map(
                            found ->
                                dependencies.buildTraces().orElseThrow().keep(job.jobId(), found))
                        .orElseThrow(() -> new IllegalStateException("the script left none")))
            .whenComplete(
                (nothing, failure) -> {
                  if (failure != null) {
                    String reason = Retries.cause(failure).getMessage();
                    log.info("no trace of job {}: {}", job.jobId(), reason);
                  }
                  tell.accept(new JobEvent.TraceFetched());
                });
  }

  void disconnect() {
    disconnected = true;
    if (session != null) {
      session.close();
    }
  }
}
