package io.macpool.guest.ssh;

import io.macpool.guest.ssh.GuestException.Reason;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.StreamingChannel;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.future.SshFutureListener;
import org.jspecify.annotations.Nullable;

/** One logged-in session. Every failure is a {@link GuestException}. */
public final class GuestSession implements AutoCloseable {

  private final ClientSession session;
  private final String peer;
  private final Executor readers;

  GuestSession(ClientSession session, String peer, Executor readers) {
    this.session = session;
    this.peer = peer;
    this.readers = readers;
  }

  /**
   * Runs a command and hands its output on, standard error among it.
   *
   * @param opened told once the command is started
   * @return its exit status when it ended and all output was taken; nothing if the session ended
   *     without one
   */
  public CompletableFuture<OptionalInt> run(String command, OutputTaker taker, Runnable opened) {
    return open(command, taker, null)
        .thenCompose(
            running -> {
              opened.run();
              return running.end();
            })
        .thenApply(GuestCommand.End::status);
  }

  /**
   * Runs a command that is talked to. What sshd hands the user's login shell is this line: so it
   * should be words that every shell understands, and carry no secret.
   */
  public CompletableFuture<GuestCommand> open(
      String command, OutputTaker out, @Nullable OutputTaker err) {
    CompletableFuture<GuestCommand> result = new CompletableFuture<>();
    whileOpen(
        result,
        () -> result.completeExceptionally(refused(new IOException("the connection ended"))));
    try {
      ChannelExec channel = session.createExecChannel(command);
      channel.setStreaming(StreamingChannel.Streaming.Async);
      channel.setRedirectErrorStream(err == null);
      channel
          .open()
          .addListener(
              done -> {
                if (done.isOpened()) {
                  GuestCommand running = new GuestCommand(channel, peer);
                  running.start(out, err, readers);
                  whileOpen(running.end(), running::close);
                  result.complete(running);
                } else {
                  result.completeExceptionally(refused(done.getException()));
                }
              });
    } catch (IOException | IllegalStateException e) { // the latter if the session is closing
      result.completeExceptionally(refused(e));
    }
    return result;
  }

  /**
   * Until {@code done}, the end of the session is told: a channel that begins in the moment in
   * which its session ends is not told by MINA, and would wait for ever.
   */
  private void whileOpen(CompletableFuture<?> done, Runnable ended) {
    SshFutureListener<CloseFuture> listener = closed -> ended.run();
    CompletableFuture<?> unused =
        done.whenComplete((value, failure) -> session.removeCloseFutureListener(listener));
    session.addCloseFutureListener(listener);
  }

  private GuestException refused(Throwable cause) {
    return GuestSessions.failure(Reason.FAILED, peer, "runs no command", cause);
  }

  /** Whether it still stands. */
  public boolean isOpen() {
    return session.isOpen();
  }

  @Override
  public void close() {
    session.close(true);
  }
}
