package io.macpool.worker.ssh;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.common.io.IoReadFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * Moves one channel's output to its taker. Nothing is read while the taker has no room: the
 * channel's window then fills, and the guest waits.
 */
final class OutputPump {

  private static final int BUFFER = 16 * 1024;
  private static final Duration CLOSE_AFTER_END = Duration.ofSeconds(10);

  private final ChannelExec channel;
  private final OutputTaker taker;
  private final Executor readers;
  private final CompletableFuture<OptionalInt> result;
  private final Buffer buffer = new ByteArrayBuffer(BUFFER, false);

  OutputPump(
      ChannelExec channel,
      OutputTaker taker,
      Executor readers,
      CompletableFuture<OptionalInt> result) {
    this.channel = channel;
    this.taker = taker;
    this.readers = readers;
    this.result = result;
  }

  void start() {
    next();
  }

  private void next() {
    buffer.clear();
    channel.getAsyncOut().read(buffer).addListener(this::onRead);
  }

  /** Comes on a thread of the network's, which serves many sessions: hands over at once. */
  private void onRead(IoReadFuture done) {
    try {
      readers.execute(() -> take(done));
    } catch (RejectedExecutionException e) {
      channel.close(true); // the worker closes; whoever waits for the result learns it below
      result.complete(OptionalInt.empty());
    }
  }

  private void take(IoReadFuture done) {
    int read = done.getException() == null ? done.getRead() : -1;
    if (read <= 0) {
      end();
      return;
    }
    CompletableFuture<Void> room = taker.take(buffer.array(), buffer.rpos(), read);
    if (room.isDone() && !room.isCompletedExceptionally()) {
      next(); // on this thread, which is a reader's already
      return;
    }
    CompletableFuture<Void> unused =
        room.whenCompleteAsync(
            (nothing, failure) -> {
              if (failure == null) {
                next();
              } else {
                channel.close(true);
                result.completeExceptionally(failure);
              }
            },
            readers);
  }

  /** The output is over; the exit status comes with or before the channel's close. */
  private void end() {
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    channel.addCloseFutureListener(future -> closed.complete(true));
    CompletableFuture<Boolean> unused =
        closed
            .completeOnTimeout(false, CLOSE_AFTER_END.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (inTime, failure) -> {
                  Integer status = channel.getExitStatus();
                  channel.close(true);
                  result.complete(status == null ? OptionalInt.empty() : OptionalInt.of(status));
                });
  }
}
