package io.macpool.guest.ssh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.sshd.common.io.IoInputStream;
import org.apache.sshd.common.io.IoReadFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * Moves one output of a channel to its taker. Nothing is read while the taker has no room: the
 * channel's window then fills, and the guest waits.
 */
final class OutputPump {

  /** For what a command prints, and for what it says beside that: each job has both. */
  static final int LARGE = 16 * 1024;

  static final int SMALL = 2 * 1024;

  private final IoInputStream source;
  private final OutputTaker taker;
  private final Executor readers;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final Buffer buffer;

  OutputPump(IoInputStream source, OutputTaker taker, Executor readers, int bytes) {
    this.buffer = new ByteArrayBuffer(bytes, false);
    this.source = source;
    this.taker = taker;
    this.readers = readers;
  }

  /** Begins; completes when the output is over, or fails with its taker. */
  CompletableFuture<Void> start() {
    next();
    return over;
  }

  private void next() {
    buffer.clear();
    source.read(buffer).addListener(this::onRead);
  }

  /** Comes on a thread of the network's, which serves many sessions: hands over at once. */
  private void onRead(IoReadFuture done) {
    try {
      readers.execute(() -> take(done));
    } catch (RejectedExecutionException e) {
      over.completeExceptionally(e); // the service closes
    }
  }

  private void take(IoReadFuture done) {
    int read = done.getException() == null ? done.getRead() : -1;
    if (read <= 0) {
      over.complete(null);
      return;
    }
    CompletableFuture<Void> room;
    try {
      room = taker.take(buffer.array(), buffer.rpos(), read);
    } catch (RuntimeException e) {
      over.completeExceptionally(e);
      return;
    }
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
                over.completeExceptionally(failure);
              }
            },
            readers);
  }
}
