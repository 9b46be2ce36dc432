package io.macpool.cli.guest;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * Hands our standard input on to a command, over one session after another. What the guest has not
 * taken yet is kept, one mebibyte at most, and sent again by the next session. Thread-safe.
 */
final class InputRelay implements AutoCloseable {

  private static final int MOST_KEPT = 1 << 20;
  private static final int PART = 32 << 10;

  private final InputStream source;
  private final Deque<byte[]> kept = new ArrayDeque<>();

  /** How many bytes came before the kept ones. */
  private long before;

  private long read;
  private boolean ended;
  private boolean closed;
  private boolean begun;
  private Optional<SupervisorSession> session = Optional.empty();

  /**
   * Makes one that reads nothing yet.
   *
   * @param source one whose {@code close} ends a read that waits, as an interruptible channel's
   *     does
   */
  InputRelay(InputStream source) {
    this.source = source;
  }

  /**
   * Goes on by a session, to which nobody else sends input.
   *
   * @param taken how many bytes the guest has
   */
  synchronized void resume(SupervisorSession next, long taken) throws IOException {
    granted(taken);
    int skip = (int) (taken - before);
    for (byte[] part : kept) {
      next.send('I', part, skip, part.length - skip);
      skip = 0;
    }
    if (ended) {
      next.send('Z', "");
    }
    session = Optional.of(next);
    if (!begun) {
      begun = true;
      Thread thread = new Thread(this::pump, "input");
      thread.setDaemon(true); // it may wait for a person's next key
      thread.start();
    }
  }

  /** The guest has so many bytes. */
  synchronized void granted(long taken) {
    while (!kept.isEmpty() && before + kept.peek().length <= taken) {
      before += kept.remove().length;
    }
    notifyAll();
  }

  /** Until the next session. */
  synchronized void pause() {
    session = Optional.empty();
  }

  /**
   * Nobody takes input any more; what was not begun stays to be read by another. A thread that goes
   * on to wait for a person's next key would hold up the end of the process by 0.3 s.
   */
  @Override
  public void close() throws IOException {
    boolean reading;
    synchronized (this) {
      closed = true;
      reading = begun;
      notifyAll();
    }
    if (reading) {
      source.close();
    }
  }

  private void pump() {
    byte[] buffer = new byte[PART];
    try {
      while (awaitRoom()) {
        int size = source.read(buffer);
        if (size < 0) {
          break;
        }
        add(buffer, size);
      }
    } catch (IOException e) {
      // It can't be read: for the command that is its end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end();
  }

  /** False if nobody takes input any more. */
  private synchronized boolean awaitRoom() throws InterruptedException {
    while (!closed && read - before >= MOST_KEPT) {
      wait();
    }
    return !closed;
  }

  private synchronized void add(byte[] buffer, int size) {
    byte[] part = Arrays.copyOf(buffer, size);
    kept.add(part);
    read += size;
    send('I', part);
  }

  private synchronized void end() {
    ended = true;
    send('Z', new byte[0]);
  }

  private void send(char type, byte[] part) {
    if (session.isPresent()) {
      try {
        session.get().send(type, part, 0, part.length);
      } catch (IOException e) {
        session = Optional.empty(); // the session is over: the next one sends it again
      }
    }
  }
}
