package io.macpool.brain.tart.ssh;

import io.macpool.brain.tart.ssh.SshHost.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.common.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * A program that stays on a host and is asked again and again, without a channel and a shell for
 * each question. It reads a line, and ends what it says to it with a line {@code answer} and what
 * it has read. It is begun when it is needed; one that has gone is begun anew; it ends with its
 * host's sessions. Thread-safe; one question at a time, and callers block within the limit that
 * they give.
 */
public final class SshConversation {

  private static final int MOST_OUTPUT = 1 << 20;
  private static final int TEN = 10;

  private final SshHost host;
  private final String command;

  // Guarded by this.
  private @Nullable ChannelExec channel;
  private Answer answer = new Answer();
  private long asked;

  SshConversation(SshHost host, String command) {
    this.host = host;
    this.command = command;
  }

  /**
   * Asks once, and once more of a new program if the one that had answered before is gone: what it
   * is asked must do no harm when it is asked twice. What is said from now on alone is an answer.
   *
   * @param limit the longest that an answer may take, without connecting
   * @return what it said; of a program that has ended, its exit code
   * @throws SshFailure if no answer is known
   */
  public synchronized CommandResult ask(Duration limit) throws SshFailure {
    ChannelExec open = channel;
    if (open != null && open.isOpen()) {
      Optional<CommandResult> result = askOnce(open, limit);
      if (result.isPresent()) {
        return result.get();
      }
    }
    ChannelExec fresh = beginSurely(limit);
    Optional<CommandResult> result = askOnce(fresh, limit);
    if (result.isPresent()) {
      return result.get();
    }
    Integer code = fresh.getExitStatus();
    if (code == null) {
      throw host.broke(fresh.getSession());
    }
    return new CommandResult(code, answer.said(), answer.complaints());
  }

  /** A connection that broke meanwhile is no sign that the host is lost: it is tried once more. */
  private ChannelExec beginSurely(Duration limit) throws SshFailure {
    try {
      return begin(limit);
    } catch (SshFailure e) {
      if (!e.begun() || e.getCause() == null) {
        throw e;
      }
      return begin(limit);
    }
  }

  private ChannelExec begin(Duration limit) throws SshFailure {
    Answer own = new Answer();
    ChannelExec fresh =
        host.open(
            new Program(
                command,
                begun -> {
                  begun.setOut(own.out);
                  begun.setErr(own.err);
                },
                true),
            limit);
    fresh.addCloseFutureListener(closed -> own.close());
    answer = own;
    channel = fresh;
    return fresh;
  }

  /** Empty: the program is gone. */
  private Optional<CommandResult> askOnce(ChannelExec open, Duration limit) throws SshFailure {
    Session session = open.getSession();
    String question = Long.toString(++asked);
    answer.expect(question);
    try {
      OutputStream in = open.getInvertedIn();
      in.write((question + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException | RuntimeException e) {
      end(open);
      return Optional.empty();
    }
    try {
      switch (answer.await(limit)) {
        case COMPLETE -> {
          return Optional.of(new CommandResult(0, answer.said(), answer.complaints()));
        }
        case CLOSED -> {
          channel = null;
          return Optional.empty();
        }
        case TOO_LONG -> {
          end(open);
          return Optional.of(new CommandResult(0, answer.said(), answer.complaints()));
        }
        default -> {
          end(open);
          throw host.slow(limit);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(open);
      throw host.broke(session);
    }
  }

  private void end(ChannelExec open) {
    channel = null;
    open.close(false); // the host must hear of it, too: the program waits for questions
  }

  private enum Outcome {
    COMPLETE,
    CLOSED,
    TOO_LONG,
    LATE
  }

  /** What is said to the question that was asked last. */
  private static final class Answer {

    private final Object lock = new Object();

    // Guarded by the lock.
    private final Tail said = new Tail();
    private final Tail complaints = new Tail();
    private byte[] end = {};
    private boolean closed;

    final OutputStream out = new Into(said);
    final OutputStream err = new Into(complaints);

    void expect(String question) {
      synchronized (lock) {
        said.reset();
        complaints.reset();
        end = ("answer " + question + "\n").getBytes(StandardCharsets.UTF_8);
      }
    }

    void close() {
      synchronized (lock) {
        closed = true;
        lock.notifyAll();
      }
    }

    Outcome await(Duration limit) throws InterruptedException {
      long deadline = System.nanoTime() + limit.toNanos();
      synchronized (lock) {
        while (!said.endsWith(end)) {
          long left = deadline - System.nanoTime();
          if (said.size() >= MOST_OUTPUT) {
            return Outcome.TOO_LONG;
          }
          if (closed) {
            return Outcome.CLOSED;
          }
          if (left <= 0) {
            return Outcome.LATE;
          }
          lock.wait(left / 1_000_000 + 1);
        }
        return Outcome.COMPLETE;
      }
    }

    String said() {
      synchronized (lock) {
        String text = said.toString(StandardCharsets.UTF_8);
        return said.endsWith(end) ? text.substring(0, text.length() - end.length) : text;
      }
    }

    String complaints() {
      synchronized (lock) {
        return complaints.toString(StandardCharsets.UTF_8);
      }
    }

    /** Told by the network's threads. */
    private final class Into extends OutputStream {

      private final Tail tail;

      Into(Tail tail) {
        this.tail = tail;
      }

      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        synchronized (lock) {
          tail.write(bytes, offset, Math.min(length, MOST_OUTPUT - tail.size()));
          if (said.endsWith(end) || said.size() >= MOST_OUTPUT) {
            lock.notifyAll();
          }
        }
      }
    }
  }

  /** Bytes whose end can be looked at. */
  private static final class Tail extends ByteArrayOutputStream {

    /** Whether the last line is that one. */
    boolean endsWith(byte[] line) {
      int start = count - line.length;
      if (line.length == 0 || start < 0 || (start > 0 && buf[start - 1] != TEN)) {
        return false;
      }
      for (int i = 0; i < line.length; i++) {
        if (buf[start + i] != line[i]) {
          return false;
        }
      }
      return true;
    }
  }
}
