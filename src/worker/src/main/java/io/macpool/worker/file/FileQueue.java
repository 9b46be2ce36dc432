package io.macpool.worker.file;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.worker.file.JobFiles.Place;
import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.LogPart;
import io.macpool.worker.job.LogSink;
import io.macpool.worker.job.Reports;
import io.macpool.worker.job.StateReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of payloads in the place of a job broker, its reports and its logs: see {@link
 * JobFiles} for what lies where.
 */
public final class FileQueue implements JobQueue, Reports, LogSink, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FileQueue.class);
  private static final long END_SECONDS = 5;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** So that an interval of nothing does not keep a processor busy. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

  private final JobFiles files;
  private final Duration interval;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "file-queue"));
  private final Deque<Wait> waits = new ArrayDeque<>();
  private final UnfinishedFiles unfinished = new UnfinishedFiles();
  private final Map<Long, String> names = new ConcurrentHashMap<>();
  private volatile boolean begun;

  /**
   * Opens a queue, with its directories if they are not there.
   *
   * @throws IllegalArgumentException if the directory can't be used, saying why
   */
  public FileQueue(Path base, Duration interval) {
    this.interval = interval;
    this.files = JobFiles.open(base);
  }

  /** Hands jobs out from now on. */
  public void begin() {
    begun = true;
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(
            this::look, 0, pause(interval).toMillis(), TimeUnit.MILLISECONDS);
  }

  static Duration pause(Duration interval) {
    return interval.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : interval;
  }

  @Override
  public Take take() {
    Wait wait = new Wait();
    synchronized (waits) {
      waits.add(wait);
    }
    thread.execute(this::look);
    return wait;
  }

  @Override
  public Optional<String> outage() {
    if (!begun) {
      return Optional.of("the worker has not begun");
    }
    return files.areThere() ? Optional.empty() : Optional.of(files + " is gone");
  }

  @Override
  public void attend(Runs runs) {
    // a file is handed out once
  }

  private void look() {
    if (!begun) {
      return;
    }
    try {
      List<String> names = files.list(Place.CREATED);
      unfinished.keepOnly(names);
      for (String name : names) {
        byte[] body = files.read(name);
        if (unfinished.isStillWritten(name, body, System.nanoTime()) || isTwin(name, body)) {
          continue;
        }
        Wait wait;
        synchronized (waits) {
          wait = waits.poll();
        }
        if (wait == null) {
          return;
        }
        try {
          give(wait, name);
        } catch (IOException e) {
          synchronized (waits) {
            if (!wait.result.isDone()) {
              waits.addFirst(wait); // whoever waits has had nothing
            }
          }
          throw e;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      log.warn("can't read {}: {}; will look again in {}", files, e.getMessage(), interval);
    }
  }

  /**
   * Whether another file's job of the same id is under way: reports and logs go by the id, so this
   * one waits until that has ended.
   */
  private boolean isTwin(String name, byte[] body) {
    String other = names.get(jobId(body));
    return other != null && !other.equals(name);
  }

  /** 0: it has none, so it is no job. */
  private static long jobId(byte[] body) {
    try {
      return JSON.readTree(body).path("job").path("id").asLong();
    } catch (IOException e) {
      return 0;
    }
  }

  private void give(Wait wait, String name) throws IOException {
    byte[] body = files.take(name);
    FileDelivery delivery = new FileDelivery(name, body, jobId(body));
    delivery.isUnderWay(true);
    if (!wait.result.complete(Optional.of(delivery))) {
      delivery.isUnderWay(false);
      files.moveTo(name, Place.CREATED);
    }
  }

  @Override
  public CompletableFuture<Void> publish(StateReport report) {
    return CompletableFuture.runAsync(() -> report(report), thread);
  }

  private void report(StateReport report) {
    String name = names.get(report.jobId());
    if (name == null) {
      return;
    }
    switch (report.event()) {
      case "job:test:start" -> files.moveTo(name, Place.STARTED);
      case "job:test:reset" -> files.moveTo(name, Place.CREATED);
      case "job:test:finish" -> {
        files.finish(name, report.state());
        names.remove(report.jobId());
      }
      default -> log.debug("{} is {}", name, report.state());
    }
  }

  @Override
  public CompletableFuture<Void> publish(LogPart part) {
    return CompletableFuture.runAsync(() -> files.write(part), thread);
  }

  @Override
  public void close() throws IOException {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      thread.shutdownNow();
    }
    files.close();
  }

  private final class Wait implements Take {

    private final CompletableFuture<Optional<Delivery>> result = new CompletableFuture<>();

    @Override
    public CompletableFuture<Optional<Delivery>> delivery() {
      return result;
    }

    @Override
    public void cancel() {
      synchronized (waits) {
        waits.remove(this);
      }
      result.complete(Optional.empty());
    }
  }

  private final class FileDelivery implements Delivery {

    private final String name;
    private final byte[] body;
    private final long jobId;

    FileDelivery(String name, byte[] body, long jobId) {
      this.name = name;
      this.body = body;
      this.jobId = jobId;
    }

    void isUnderWay(boolean is) {
      if (!is) {
        names.remove(jobId, name);
      } else if (jobId != 0) {
        names.put(jobId, name);
      }
    }

    @Override
    public byte[] body() {
      return body;
    }

    @Override
    public String key() {
      return name;
    }

    @Override
    public boolean isRedelivered() {
      return false;
    }

    @Override
    public boolean isLost() {
      return false;
    }

    @Override
    public CompletableFuture<Boolean> ack() {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public void reject() {
      thread.execute(
          () -> {
            isUnderWay(false);
            files.moveTo(name, Place.REJECTED);
          });
    }

    @Override
    public void giveBack() {
      thread.execute(
          () -> {
            isUnderWay(false);
            files.moveTo(name, Place.CREATED);
          });
    }
  }
}
