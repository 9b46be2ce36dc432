package io.macpool.worker.job;

import io.macpool.broker.Retries;
import io.macpool.core.job.JobEvent;
import io.macpool.worker.ssh.GuestSession;
import io.macpool.worker.ssh.GuestSession.Upload;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job's dealings with its instance over SSH. The script runs detached from any session, so a
 * session is only a view of it: a lost one is replaced by another, which goes on where the log
 * stopped. Called from the job's mailbox; answers as events.
 */
final class JobGuest {

  private static final Logger log = LoggerFactory.getLogger(JobGuest.class);
  private static final String SCRIPT = "build.sh";
  private static final String WRAPPER = "wrapper.sh";
  private static final String TRACE = "/tmp/build.trace";
  private static final int LONGEST_TRACE = 32 << 20;

  private final JobPayload job;
  private final Neighbours neighbours;
  private final Consumer<JobEvent> tell;
  private GuestSession session;
  private boolean disconnected;
  private volatile boolean held;

  JobGuest(JobPayload job, Neighbours neighbours, Consumer<JobEvent> tell) {
    this.job = job;
    this.neighbours = neighbours;
    this.tell = tell;
  }

  /** Takes a session over; closes it at once if it comes too late. */
  boolean use(GuestSession opened) {
    if (disconnected) {
      opened.close();
      return false;
    }
    session = opened;
    return true;
  }

  /** Whether it is over with the instance. */
  boolean isDisconnected() {
    return disconnected;
  }

  void upload(byte[] script) {
    CompletableFuture<Void> unused =
        session
            .upload(
                List.of(
                    new Upload(SCRIPT, () -> script, 0755, true),
                    new Upload(WRAPPER, Wrapper::content, 0755, false)))
            .whenComplete(
                (nothing, failure) ->
                    tell.accept(
                        failure == null
                            ? new JobEvent.ScriptUploaded()
                            : new JobEvent.UploadFailed(reason(failure))));
  }

  /** Starts the script, or attaches to it, and hands on its output from {@code offset} on. */
  void follow(long offset, JobLog output, Runnable touched, Runnable attached) {
    CompletableFuture<OptionalInt> unused =
        session
            .run(
                command(offset),
                (bytes, from, count) -> {
                  touched.run();
                  neighbours.meters().output(count);
                  CompletableFuture<Void> room = output.output(bytes, from, count);
                  if (room.isDone()) {
                    return room;
                  }
                  held = true;
                  return room.thenRun(() -> held = false);
                },
                attached)
            .whenComplete(
                (status, failure) -> {
                  if (failure != null) {
                    tell.accept(new JobEvent.SessionLost(reason(failure)));
                  } else if (status.isEmpty()) {
                    tell.accept(new JobEvent.SessionLost("the connection ended"));
                  } else {
                    tell.accept(new JobEvent.ScriptExited(status.getAsInt()));
                  }
                });
  }

  /** Whether output waits for room in the log. */
  boolean isHeld() {
    return held;
  }

  private String command(long offset) {
    String start = "bash ~/" + WRAPPER + (offset == 0 ? "" : " " + offset);
    return neighbours
        .policy()
        .keychainPassword()
        .map(password -> "MACPOOL_KEYCHAIN='" + password.replace("'", "'\\''") + "' " + start)
        .orElse(start);
  }

  /** Fetches the trace to where traces are kept. */
  void fetchTrace() {
    CompletableFuture<Void> unused =
        session
            .download(TRACE, LONGEST_TRACE)
            .thenCompose(trace -> neighbours.buildTraces().orElseThrow().keep(job.jobId(), trace))
            .whenComplete(
                (nothing, failure) -> {
                  if (failure != null) {
                    log.info("no trace of job {}: {}", job.jobId(), reason(failure));
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

  private static String reason(Throwable failure) {
    return String.valueOf(Retries.cause(failure).getMessage());
  }
}
