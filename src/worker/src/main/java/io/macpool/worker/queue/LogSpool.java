package io.macpool.worker.queue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Log parts that can't be told yet, first in first out, in a file that is as long as it is at most.
 * It belongs to one process and goes with it. Thread safe.
 */
final class LogSpool implements AutoCloseable {

  /** One part, ready to be published. */
  record Kept(String routingKey, String body) {}

  private final Path path;
  private final long most;
  private @Nullable RandomAccessFile file;
  private volatile long from;
  private volatile long to;

  /**
   * An empty spool.
   *
   * @param directory where its file is made when it is needed
   * @param most bytes that it may hold
   */
  LogSpool(Path directory, long most) {
    this.path =
        directory.resolve(
            "macpool-logs-"
                + ProcessHandle.current().pid()
                + "-"
                + System.identityHashCode(this)
                + ".spool");
    this.most = most;
  }

  /** Never waits for the disk; true only if nothing waits. */
  boolean isEmpty() {
    return from == to;
  }

  /** Bytes that wait. */
  synchronized long size() {
    return to - from;
  }

  /** Whether it takes no more but what must be kept. */
  synchronized boolean isFull() {
    return to >= most;
  }

  /** Keeps a part; the file is bounded by who asks {@link #isFull} first. */
  synchronized void add(Kept part) {
    try {
      RandomAccessFile used = open();
      used.seek(to);
      write(used, part.routingKey());
      write(used, part.body());
      to = used.getFilePointer();
    } catch (IOException e) {
      throw new UncheckedIOException("a log part can't be kept in " + path, e);
    }
  }

  private RandomAccessFile open() throws IOException {
    RandomAccessFile used = file;
    if (used == null) {
      Files.createDirectories(path.getParent());
      used = new RandomAccessFile(path.toFile(), "rw");
      file = used;
    }
    return used;
  }

  private static void write(RandomAccessFile used, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    used.writeInt(bytes.length);
    used.write(bytes);
  }

  /** The first parts, and where the next begins. */
  record Batch(List<Kept> parts, long next) {}

  /** Reads at most so many, and leaves them. */
  synchronized Batch first(int count) {
    List<Kept> parts = new ArrayList<>();
    long next = from;
    try {
      while (parts.size() < count && next < to) {
        RandomAccessFile used = open();
        used.seek(next);
        parts.add(new Kept(read(used), read(used)));
        next = used.getFilePointer();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("log parts can't be read from " + path, e);
    }
    return new Batch(parts, next);
  }

  private static String read(RandomAccessFile used) throws IOException {
    byte[] bytes = new byte[used.readInt()];
    used.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** What lies before this is told. */
  synchronized void forget(long next) {
    from = next;
    if (from == to) {
      from = 0;
      to = 0;
      try {
        open().setLength(0);
      } catch (IOException e) {
        throw new UncheckedIOException("a spool of logs can't be emptied: " + path, e);
      }
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (file != null) {
        file.close();
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a spool of logs can't be removed: " + path, e);
    }
  }
}
