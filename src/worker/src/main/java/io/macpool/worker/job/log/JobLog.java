package io.macpool.worker.job.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.core.job.LogCutter;
import io.macpool.worker.job.LogPart;
import io.macpool.worker.job.LogSink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One job's log on its way: buffered, cut into parts, numbered, bounded. Writing never blocks;
 * whoever reads the script's output waits for {@link #output}'s future before it reads on, so that
 * a slow broker holds back the script and fills no memory.
 */
public final class JobLog {

  /** How long text may wait for more to share a part with. */
  static final Duration FLUSH = Duration.ofMillis(500);

  /** Bytes given to the sink and not yet safe, above which output is to wait. */
  static final int UNSAFE_BYTES = 128 * 1024;

  private final long jobId;
  private final String uuid;
  private final LogSink sink;
  private final ScheduledExecutorService scheduler;
  private final int maxLength;
  private final Runnable onLimit;
  private final LogCutter cutter = new LogCutter(LogCutter.PART_BYTES);

  private int number;
  private long length;
  private long scriptBytes;
  private long unsafeBytes;
  private boolean closed;
  private boolean full;
  private Map<String, String> meta = Map.of();
  private @Nullable ScheduledFuture<?> flush;
  private CompletableFuture<Void> room = CompletableFuture.completedFuture(null);

  /**
   * Opens a log.
   *
   * @param maxLength bytes; what is beyond is dropped
   * @param onLimit told once when the limit is met; called with a lock held: must only take note
   */
  public JobLog(
      long jobId,
      String uuid,
      LogSink sink,
      ScheduledExecutorService scheduler,
      int maxLength,
      Runnable onLimit) {
    this.jobId = jobId;
    this.uuid = uuid;
    this.sink = sink;
    this.scheduler = scheduler;
    this.maxLength = maxLength;
    this.onLimit = onLimit;
  }

  /** The next part carries this. */
  public synchronized void announce(Map<String, String> facts) {
    meta = Map.copyOf(facts);
  }

  /** A line of ours. */
  public synchronized void write(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    append(bytes, 0, bytes.length);
  }

  /** Takes the script's output; more should come only when the future is complete. */
  public synchronized CompletableFuture<Void> output(byte[] bytes, int offset, int count) {
    scriptBytes += count;
    append(bytes, offset, count);
    return room;
  }

  /** How many bytes of the script's output it has taken: where to resume. */
  public synchronized long scriptBytes() {
    return scriptBytes;
  }

  /**
   * Ends the log once; completes when all of it is safe.
   *
   * @param lastLine written even past the maximum length
   */
  public synchronized CompletableFuture<Void> close(Optional<String> lastLine) {
    if (closed) {
      return CompletableFuture.completedFuture(null);
    }
    lastLine.ifPresent(
        line -> {
          byte[] bytes = line.getBytes(UTF_8);
          cutter.append(bytes, 0, bytes.length).forEach(this::publish);
        });
    cutter.end().forEach(this::publish);
    stopFlushing();
    closed = true;
    return sink.publish(new LogPart(jobId, uuid, number++, "", true, takeMeta()));
  }

  /** Ends the log with nothing further said: it is another worker's by now. */
  public synchronized void abandon() {
    stopFlushing();
    closed = true;
  }

  private void append(byte[] bytes, int offset, int count) {
    if (closed || full) {
      return;
    }
    int taken = (int) Math.min(count, maxLength - length);
    length += taken;
    List<String> pieces = cutter.append(bytes, offset, taken);
    pieces.forEach(this::publish);
    if (taken < count) {
      full = true;
      onLimit.run();
    }
    if (!cutter.isEmpty() && flush == null) {
      flush = scheduler.schedule(this::flush, FLUSH.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void flush() {
    flush = null;
    if (!closed) {
      cutter.flush().ifPresent(this::publish);
    }
  }

  private void stopFlushing() {
    if (flush != null) {
      flush.cancel(false);
      flush = null;
    }
  }

  private void publish(String piece) {
    long bytes = piece.length();
    unsafeBytes += bytes;
    if (unsafeBytes > UNSAFE_BYTES && room.isDone()) {
      room = new CompletableFuture<>();
    }
    CompletableFuture<Void> unused =
        sink.publish(new LogPart(jobId, uuid, number++, piece, false, takeMeta()))
            .whenComplete((nothing, failure) -> safe(bytes));
  }

  private void safe(long bytes) {
    CompletableFuture<Void> freed = null;
    synchronized (this) {
      unsafeBytes -= bytes;
      if (unsafeBytes <= UNSAFE_BYTES / 2 && !room.isDone()) {
        freed = room;
      }
    }
    if (freed != null) {
      freed.complete(null);
    }
  }

  private Map<String, String> takeMeta() {
    Map<String, String> taken = meta;
    meta = Map.of();
    return taken;
  }
}
