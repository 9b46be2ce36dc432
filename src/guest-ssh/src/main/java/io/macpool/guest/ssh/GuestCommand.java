package io.macpool.guest.ssh;

import io.macpool.guest.ssh.GuestException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/** A command that runs: its input, its two outputs, its end. Nothing here blocks. */
public final class GuestCommand implements AutoCloseable {

  /**
   * How a command ended, as SSH tells it.
   *
   * @param status its exit status; absent if a signal ended it, or the connection ended first
   * @param signal the name of that signal
   */
  public record End(OptionalInt status, Optional<String> signal) {

    static final End UNKNOWN = new End(OptionalInt.empty(), Optional.empty());
  }

  private static final Duration CLOSE_AFTER_OUTPUT = Duration.ofSeconds(10);

  private final ChannelExec channel;
  private final String peer;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);

  GuestCommand(ChannelExec channel, String peer) {
    this.channel = channel;
    this.peer = peer;
  }

  /**
   * Begins to read.
   *
   * @param err takes standard error; null if the channel merges it into standard output
   */
  void start(OutputTaker out, @Nullable OutputTaker err, Executor readers) {
    CompletableFuture<Void> outTaken =
        new OutputPump(channel.getAsyncOut(), out, readers, OutputPump.LARGE).start();
    CompletableFuture<Void> errTaken =
        err == null
            ? CompletableFuture.completedFuture(null)
            : new OutputPump(channel.getAsyncErr(), err, readers, OutputPump.SMALL).start();
    CompletableFuture<Void> unused =
        CompletableFuture.allOf(outTaken, errTaken)
            .whenComplete(
                (nothing, failure) -> {
                  if (failure != null) {
                    channel.close(true);
                    end.completeExceptionally(failure);
                  } else {
                    awaitClose();
                  }
                });
    // A taker that fails leaves the other output open: nobody waits for that one.
    onFailure(outTaken);
    onFailure(errTaken);
  }

  private void onFailure(CompletableFuture<Void> taken) {
    CompletableFuture<Void> unused =
        taken.whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                channel.close(true);
                end.completeExceptionally(failure);
              }
            });
  }

  /** The output is over; the exit status comes with or before the channel's close. */
  private void awaitClose() {
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    channel.addCloseFutureListener(future -> closed.complete(true));
    CompletableFuture<Boolean> unused =
        closed
            .completeOnTimeout(false, CLOSE_AFTER_OUTPUT.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (inTime, failure) -> {
                  Integer status = channel.getExitStatus();
                  Optional<String> signal = Optional.ofNullable(channel.getExitSignal());
                  channel.close(true);
                  end.complete(
                      new End(
                          status == null ? OptionalInt.empty() : OptionalInt.of(status), signal));
                });
  }

  /** Sends input, after what was sent before; completes when it is on its way. */
  public synchronized CompletableFuture<Void> send(byte[] bytes) {
    sent = sent.thenCompose(before -> write(bytes));
    return sent;
  }

  private CompletableFuture<Void> write(byte[] bytes) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    try {
      channel
          .getAsyncIn()
          .writeBuffer(new ByteArrayBuffer(bytes))
          .addListener(
              done -> {
                if (done.isWritten()) {
                  result.complete(null);
                } else {
                  result.completeExceptionally(unsent(done.getException()));
                }
              });
    } catch (IOException e) {
      result.completeExceptionally(unsent(e));
    }
    return result;
  }

  private GuestException unsent(Throwable cause) {
    return GuestSessions.failure(Reason.FAILED, peer, "takes no input for a command", cause);
  }

  /** Its end, when all output was taken; {@link End#UNKNOWN} if the connection ended first. */
  public CompletableFuture<End> end() {
    return end;
  }

  /** Ends the channel, whatever the command does. */
  @Override
  public void close() {
    channel.close(true);
  }
}
