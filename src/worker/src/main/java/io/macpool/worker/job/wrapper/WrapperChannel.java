package io.macpool.worker.job.wrapper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.broker.net.Retries;
import io.macpool.core.GoDuration;
import io.macpool.core.job.JobEvent;
import io.macpool.guest.ssh.GuestCommand;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.guest.ssh.OutputTaker;
import io.macpool.worker.job.wrapper.WrapperDialogue.Shortage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One channel on which a job's wrapper is talked to: sends it what it asks for, and makes events of
 * what it says. Each channel has a nonce of its own, and tells at most one end.
 */
public final class WrapperChannel implements WrapperDialogue.Listener {

  private static final int LONGEST_TRACE = 32 << 20;

  /**
   * What the channel is for.
   *
   * @param script to be taken, when it starts one
   * @param password of the keychain that is opened before
   * @param boot which start of the instance's system the script began in, when it is attached to;
   *     empty: nobody knows
   */
  public record Purpose(Optional<byte[]> script, Optional<String> password, String boot) {

    public static Purpose start(byte[] script, Optional<String> password) {
      return new Purpose(Optional.of(script), password, "");
    }

    public static Purpose attach(String boot) {
      return new Purpose(Optional.empty(), Optional.empty(), boot);
    }
  }

  private final Purpose purpose;
  private final OutputTaker output;
  private final Consumer<Shortage> onShortage;
  private final Consumer<JobEvent> tell;
  private final String nonce = Wrapper.newKey();
  private final WrapperDialogue dialogue;
  private final CompletableFuture<GuestCommand> command = new CompletableFuture<>();
  private final CompletableFuture<Optional<byte[]>> trace = new CompletableFuture<>();
  private boolean stored;
  private boolean over;
  private @Nullable ScheduledFuture<?> patience;

  /**
   * A channel that is not open yet.
   *
   * @param offset where the output that it shows begins
   * @param onShortage told before the end, if something was full
   * @param tell takes note of events, on any thread
   */
  public WrapperChannel(
      Purpose purpose,
      long offset,
      OutputTaker output,
      Consumer<Shortage> onShortage,
      Consumer<JobEvent> tell) {
    this.purpose = purpose;
    this.output = output;
    this.onShortage = onShortage;
    this.tell = tell;
    this.dialogue = new WrapperDialogue(nonce, offset, LONGEST_TRACE, this);
  }

  /**
   * Opens it.
   *
   * @param program from the nonce to what /bin/sh is to run
   */
  public void open(GuestSession session, Function<String, byte[]> program) {
    CompletableFuture<GuestCommand.End> unused =
        session
            .open(Wrapper.COMMAND, dialogue::out, dialogue::err)
            .thenCompose(
                opened -> {
                  command.complete(opened);
                  send(program.apply(nonce));
                  return opened.end();
                })
            .whenComplete(
                (end, failure) ->
                    ended(
                        failure == null
                            ? how(end)
                            : String.valueOf(Retries.cause(failure).getMessage())));
  }

  private static String how(GuestCommand.End end) {
    if (end.status().isPresent()) {
      return "it ended with status " + end.status().getAsInt();
    }
    return end.signal()
        .map(signal -> "it was ended by signal " + signal)
        .orElse("the connection ended");
  }

  /** A failure to send shows as the channel's end, too. */
  private void send(byte[] bytes) {
    CompletableFuture<Void> unused = command.thenCompose(opened -> opened.send(bytes));
  }

  /** Starts the script that it has taken. */
  public void go() {
    send("go\n".getBytes(UTF_8));
  }

  /** Which start of the instance's system it speaks from; empty: nobody knows. */
  public String boot() {
    return dialogue.boot();
  }

  /**
   * Ends the wait for a start that never comes. What waits for that holds the script and all of the
   * session, so it is let go with the start.
   *
   * @throws RejectedExecutionException if the worker closes
   */
  public synchronized void giveUpAfter(Duration limit, ScheduledExecutorService scheduler) {
    if (!stored && !over) {
      String why = "there was no sign of it within " + GoDuration.format(limit);
      patience = scheduler.schedule(() -> notStarted(why), limit.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void letPatienceGo() {
    if (patience != null) {
      patience.cancel(false);
      patience = null;
    }
  }

  /** The trace that the script left, once it has ended; fails with the channel. */
  public CompletableFuture<Optional<byte[]>> trace() {
    dialogue.expectTrace();
    send("trace\n".getBytes(UTF_8));
    return trace;
  }

  @Override
  public void wantsScript() {
    send((purpose.password().orElse("") + "\n").getBytes(UTF_8));
    purpose.script().ifPresent(this::send);
  }

  @Override
  public synchronized void stored() {
    if (!over) {
      stored = true;
      letPatienceGo();
      tell.accept(new JobEvent.ScriptUploaded());
    }
  }

  @Override
  public synchronized void following() {
    if (over || purpose.script().isPresent()) {
      return;
    }
    if (isRestarted()) {
      lost("");
    } else {
      tell.accept(new JobEvent.SessionRegained());
    }
  }

  /** Another process may bear any number by now; and a disk may have kept what it had. */
  private boolean isRestarted() {
    return !purpose.boot().isEmpty()
        && !dialogue.boot().isEmpty()
        && !dialogue.boot().equals(purpose.boot());
  }

  @Override
  public CompletableFuture<Void> output(byte[] bytes, int from, int count) {
    return output.take(bytes, from, count);
  }

  @Override
  public void ended(int status, Shortage shortage) {
    if (endOnce()) {
      onShortage.accept(shortage);
      tell.accept(new JobEvent.ScriptExited(status));
    }
  }

  @Override
  public void stale() {
    if (endOnce()) {
      tell.accept(
          new JobEvent.UploadFailed("stale VM: build.sh exists already in its home directory"));
    }
  }

  @Override
  public void failed(String reason) {
    if (endOnce()) {
      tell.accept(new JobEvent.UploadFailed(reason));
    }
  }

  @Override
  public void lost(String reason) {
    if (endOnce()) {
      tell.accept(
          new JobEvent.InstanceLost(
              isRestarted() ? "it was started anew while the job ran" : reason));
    }
  }

  @Override
  public void trace(Optional<byte[]> content) {
    trace.complete(content);
  }

  /** The channel is over; that says nothing of the script. */
  private void ended(String how) {
    trace.completeExceptionally(new IllegalStateException(how));
    command.completeExceptionally(new IllegalStateException(how));
    if (purpose.script().isPresent() && notStarted(how)) {
      return;
    }
    if (endOnce()) {
      tell.accept(new JobEvent.SessionLost(unproven(how)));
    }
  }

  private boolean notStarted(String how) {
    synchronized (this) {
      if (stored || over) {
        return false;
      }
      over = true;
      letPatienceGo();
    }
    tell.accept(new JobEvent.UploadFailed(unproven(how)));
    return true;
  }

  /** How it ended; and whose doing that is, when it was not the wrapper that ran. */
  private String unproven(String how) {
    String said = dialogue.said();
    String all = how + (said.isEmpty() ? "" : ", and this was said: " + said);
    if (dialogue.isProven()) {
      return all;
    }
    return "the login shell did not begin the wrapper: %s. See what it reads when SSH runs a command (.bashrc, .zshenv, .cshrc, config.fish)"
        .formatted(all);
  }

  private synchronized boolean endOnce() {
    boolean first = !over;
    over = true;
    letPatienceGo();
    return first;
  }
}
