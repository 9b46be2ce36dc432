package io.macpool.worker.ssh;

import io.macpool.worker.ssh.GuestException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.StreamingChannel;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.CloseableHandle;
import org.apache.sshd.sftp.client.SftpClient.OpenMode;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** One logged-in session. Every failure is a {@link GuestException}. */
public final class GuestSession implements AutoCloseable {

  /**
   * A file to be written.
   *
   * @param isFirstUse whether its being there already shows that the machine was used before
   */
  public record Upload(String path, Supplier<byte[]> content, int mode, boolean isFirstUse) {}

  private static final int CHUNK = 32 * 1024;

  private final ClientSession session;
  private final String peer;
  private final Executor blocking;
  private final Executor readers;

  GuestSession(ClientSession session, String peer, Executor blocking, Executor readers) {
    this.session = session;
    this.peer = peer;
    this.blocking = blocking;
    this.readers = readers;
  }

  /** Writes files into the home directory, in order. */
  public CompletableFuture<Void> upload(List<Upload> files) {
    return CompletableFuture.runAsync(
        () -> {
          try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session)) {
            for (Upload file : files) {
              write(sftp, file);
            }
          } catch (IOException e) {
            throw GuestSessions.failure(Reason.FAILED, "can't upload to " + peer, e);
          }
        },
        blocking);
  }

  private void write(SftpClient sftp, Upload file) throws IOException {
    if (file.isFirstUse() && exists(sftp, file.path())) {
      throw new GuestException(
          Reason.STALE, "stale VM: %s exists already on %s".formatted(file.path(), peer), null);
    }
    List<OpenMode> modes = List.of(OpenMode.Write, OpenMode.Create, OpenMode.Truncate);
    try (CloseableHandle handle = sftp.open(file.path(), modes)) {
      byte[] content = file.content().get();
      for (int at = 0; at < content.length; at += CHUNK) {
        sftp.write(handle, at, content, at, Math.min(CHUNK, content.length - at));
      }
    }
    sftp.setStat(file.path(), new Attributes().perms(file.mode()));
  }

  private static boolean exists(SftpClient sftp, String path) throws IOException {
    try {
      sftp.stat(path);
      return true;
    } catch (SftpException e) {
      if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE) {
        return false;
      }
      throw e;
    }
  }

  /** Reads a file up to {@code limit} bytes. */
  public CompletableFuture<byte[]> download(String path, int limit) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session);
              InputStream in = sftp.read(path);
              ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            copy(in, out, limit);
            return out.toByteArray();
          } catch (IOException e) {
            throw GuestSessions.failure(
                Reason.FAILED, "can't download %s from %s".formatted(path, peer), e);
          }
        },
        blocking);
  }

  private static void copy(InputStream in, OutputStream out, int limit) throws IOException {
    byte[] buffer = new byte[CHUNK];
    int left = limit;
    int read = in.read(buffer, 0, Math.min(buffer.length, left));
    while (read > 0) {
      out.write(buffer, 0, read);
      left -= read;
      read = left == 0 ? -1 : in.read(buffer, 0, Math.min(buffer.length, left));
    }
  }

  /**
   * Runs a command and hands its output on.
   *
   * @param opened told once the command is started
   * @return its exit status when it ended and all output was taken; nothing if the session ended
   *     without one
   */
  public CompletableFuture<OptionalInt> run(String command, OutputTaker taker, Runnable opened) {
    CompletableFuture<OptionalInt> result = new CompletableFuture<>();
    try {
      ChannelExec channel = session.createExecChannel(command);
      channel.setStreaming(StreamingChannel.Streaming.Async);
      channel.setRedirectErrorStream(true);
      channel
          .open()
          .addListener(
              done -> {
                if (done.isOpened()) {
                  opened.run();
                  new OutputPump(channel, taker, readers, result).start();
                } else {
                  result.completeExceptionally(
                      GuestSessions.failure(
                          Reason.FAILED, "can't run a command on " + peer, done.getException()));
                }
              });
    } catch (IOException e) {
      result.completeExceptionally(
          GuestSessions.failure(Reason.FAILED, "can't run a command on " + peer, e));
    }
    return result;
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
