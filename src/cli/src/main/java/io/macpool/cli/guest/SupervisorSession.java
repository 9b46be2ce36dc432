package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
  private static final int HEAD = 5;

  /** Two of the supervisor's frames. */
  private static final int BUFFER = 128 << 10;

  private static final Duration END = Duration.ofSeconds(2);

  private final Process ssh;
  private final InputStream in;
  private final OutputStream out;

  /** What was read and not handed on yet is from {@code at} to {@code end}. */
  private final byte[] buffer = new byte[BUFFER];

  private int at;
  private int end;

  /** Of the frame that was begun: how much is still to come. */
  private int left;

  private char type;

  /**
   * A frame, or a part of one with output: as much as has come. Good until the next is asked for.
   * Its type is a letter of those that supervisor.pl names.
   */
  static final class Frame {

    private final char type;
    private final byte[] buffer;
    private final int from;
    private final int size;

    private Frame(char type, byte[] buffer, int from, int size) {
      this.type = type;
      this.buffer = buffer;
      this.from = from;
      this.size = size;
    }

    char type() {
      return type;
    }

    int size() {
      return size;
    }

    void writeTo(OutputStream target) throws IOException {
      target.write(buffer, from, size);
    }

    String text() {
      return new String(buffer, from, size, US_ASCII);
    }

    long number() {
      return Long.parseLong(text());
    }
  }

  /** A session by a client that has just been started, with pipes. */
  SupervisorSession(Process ssh) {
    this.ssh = ssh;
    this.in = ssh.getInputStream();
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
      while (heard.size() < MOST_NOISE && isThere(1)) {
        byte next = buffer[at++];
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
    if (left == 0) {
      if (!isThere(HEAD)) {
        return Optional.empty();
      }
      ByteBuffer head = ByteBuffer.wrap(buffer, at, HEAD);
      type = (char) head.get();
      left = head.getInt();
      at += HEAD;
      boolean output = type == 'O' || type == 'E';
      if (left < 0 || left > (output ? MOST_FRAME : BUFFER)) {
        throw new IOException("the guest sent what is no frame");
      }
    }
    boolean output = type == 'O' || type == 'E';
    if (!isThere(output ? Math.min(1, left) : left)) {
      return Optional.empty();
    }
    Frame frame = new Frame(type, buffer, at, Math.min(left, end - at));
    at += frame.size;
    left -= frame.size;
    return Optional.of(frame);
  }

  /** Reads until so many bytes are there; false if the session ends before. */
  private boolean isThere(int bytes) throws IOException {
    if (at == end) {
      at = 0;
      end = 0;
    } else if (at + bytes > BUFFER) {
      System.arraycopy(buffer, at, buffer, 0, end - at);
      end -= at;
      at = 0;
    }
    while (end - at < bytes) {
      int size = in.read(buffer, end, BUFFER - end);
      if (size < 0) {
        return false;
      }
      end += size;
    }
    return true;
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
