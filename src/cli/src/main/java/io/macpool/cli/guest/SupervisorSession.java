package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One SSH session with a command's supervisor: frames in both directions. */
final class SupervisorSession implements AutoCloseable {

  private static final int MOST_NOISE = 1 << 20;
  private static final int MOST_FRAME = 1 << 20;
  private static final Duration END = Duration.ofSeconds(2);

  private final Process ssh;
  private final DataInputStream in;
  private final OutputStream out;

  /** A frame; its type is a letter of those that supervisor.pl names. */
  static final class Frame {

    private final char type;
    private final byte[] data;

    private Frame(char type, byte[] data) {
      this.type = type;
      this.data = data;
    }

    char type() {
      return type;
    }

    /** Not a copy. */
    byte[] data() {
      return data;
    }

    String text() {
      return new String(data, US_ASCII);
    }

    long number() {
      return Long.parseLong(text());
    }
  }

  /** A session by a client that has just been started, with pipes. */
  SupervisorSession(Process ssh) {
    this.ssh = ssh;
    this.in = new DataInputStream(ssh.getInputStream());
    this.out = ssh.getOutputStream();
  }

  /**
   * Waits until the supervisor speaks.
   *
   * @param name what it says first
   * @param patience until the client is ended
   * @return what the guest's shell had to say before, a start file of its user say; empty if there
   *     was no answer
   */
  Optional<byte[]> greeting(String name, Duration patience) throws IOException {
    CompletableFuture<Process> late =
        new CompletableFuture<Process>()
            .completeOnTimeout(ssh, patience.toMillis(), TimeUnit.MILLISECONDS);
    CompletableFuture<Void> unused = late.thenAccept(Process::destroyForcibly);
    byte[] mark = (name + "\n").getBytes(US_ASCII);
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    try {
      for (int next = in.read(); next >= 0 && heard.size() < MOST_NOISE; next = in.read()) {
        heard.write(next);
        if (next == '\n') {
          byte[] bytes = heard.toByteArray();
          int before = bytes.length - mark.length;
          if (before >= 0 && Arrays.equals(bytes, before, bytes.length, mark, 0, mark.length)) {
            return Optional.of(Arrays.copyOf(bytes, before));
          }
        }
      }
      return Optional.empty();
    } finally {
      late.cancel(false);
    }
  }

  /** The next frame; empty if the session has come to its end. */
  Optional<Frame> next() throws IOException {
    try {
      char type = (char) in.readUnsignedByte();
      int size = in.readInt();
      if (size < 0 || size > MOST_FRAME) {
        throw new IOException("the guest sent what is no frame");
      }
      byte[] data = new byte[size];
      in.readFully(data);
      return Optional.of(new Frame(type, data));
    } catch (EOFException e) {
      return Optional.empty();
    }
  }

  void send(char type, String text) throws IOException {
    byte[] data = text.getBytes(US_ASCII);
    send(type, data, 0, data.length);
  }

  /** Others may send at the same time. */
  synchronized void send(char type, byte[] data, int from, int size) throws IOException {
    out.write(ByteBuffer.allocate(5).put((byte) type).putInt(size).array());
    out.write(data, from, size);
    out.flush();
  }

  /** The exit status of OpenSSH's client, once it is to come to its end by itself. */
  int status() throws InterruptedException {
    if (!ssh.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
      ssh.destroyForcibly();
    }
    return ssh.waitFor();
  }

  @Override
  public void close() {
    ssh.destroy();
  }
}
