package io.macpool.brain.tart.ssh;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.common.io.IoReadFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** A command on a host that carries somebody's connection. Nothing here blocks. */
public final class SshPipe implements AutoCloseable {

  private static final int BUFFER = 32 * 1024;

  private final ChannelExec channel;
  private final Buffer buffer = new ByteArrayBuffer(BUFFER, false);

  SshPipe(ChannelExec channel) {
    this.channel = channel;
  }

  /**
   * Begins to read; once only.
   *
   * @param taker given each part of the output on a thread of the network's, and asked for no more
   *     until what it returns is complete
   * @param end called once when the output is over, or the taker has failed
   */
  public void read(Function<byte[], CompletableFuture<Void>> taker, Runnable end) {
    buffer.clear();
    channel.getAsyncOut().read(buffer).addListener(done -> take(done, taker, end));
  }

  private void take(
      IoReadFuture done, Function<byte[], CompletableFuture<Void>> taker, Runnable end) {
    int count = done.getException() == null ? done.getRead() : -1;
    if (count <= 0) {
      end.run();
      return;
    }
    byte[] part = new byte[count];
    System.arraycopy(buffer.array(), buffer.rpos(), part, 0, count);
    CompletableFuture<Void> unused =
        taker
            .apply(part)
            .whenComplete(
                (nothing, failure) -> {
                  if (failure == null) {
                    read(taker, end);
                  } else {
                    end.run();
                  }
                });
  }

  /** Sends input; the next only when this is complete, which is when the host has room for it. */
  public CompletableFuture<Void> send(byte[] bytes) {
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
                  result.completeExceptionally(done.getException());
                }
              });
    } catch (IOException | RuntimeException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  /** Ends the channel; a command that only carries a connection ends with it. */
  @Override
  public void close() {
    channel.close(false); // the host must hear of it, too
  }
}
