package io.macpool.worker.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.worker.job.Delivery;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.LogPart;
import io.macpool.worker.job.LogSink;
import io.macpool.worker.job.Reports;
import io.macpool.worker.job.StateReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs as files {@code NAME.json}: from {@code 10-created.d} over {@code 30-received.d} and {@code
 * 50-started.d} to {@code 70-finished.d}, where {@code NAME.state} says how it ended; what is given
 * back returns to {@code 10-created.d}, what is no job goes to {@code 90-rejected.d}. Logs are
 * {@code log/JOB.log}. One worker a directory: a lock keeps a second one out, so whatever is found
 * half done at the start was left by a worker that died, and is begun again.
 */
public final class FileQueue implements JobQueue, Reports, LogSink, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FileQueue.class);
  private static final long END_SECONDS = 5;

  private enum Place {
    CREATED("10-created.d"),
    RECEIVED("30-received.d"),
    STARTED("50-started.d"),
    FINISHED("70-finished.d"),
    REJECTED("90-rejected.d"),
    LOG("log");

    private final String directory;

    Place(String directory) {
      this.directory = directory;
    }
  }

  private final Path base;
  private final FileChannel lock;
  private final Duration interval;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "file-queue"));
  private final Deque<Wait> waits = new ArrayDeque<>();
  private final Map<String, Place> known = new ConcurrentHashMap<>();
  private final Map<Long, String> names = new ConcurrentHashMap<>();

  /**
   * Opens a queue, with its directories if they are not there.
   *
   * @throws IllegalArgumentException if the directory can't be used, saying why
   */
  public FileQueue(Path base, Duration interval) {
    this.base = base;
    this.interval = interval;
    try {
      for (Place place : Place.values()) {
        Files.createDirectories(base.resolve(place.directory));
      }
      lock = lock(base.resolve("lock"));
      for (Place place : List.of(Place.RECEIVED, Place.STARTED)) {
        for (String name : list(place)) {
          move(name, place, Place.CREATED);
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("can't use " + base + " as a queue: " + e.getMessage(), e);
    }
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(
            this::look, 0, Math.max(1, interval.toMillis()), TimeUnit.MILLISECONDS);
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      log.debug("{} is locked by this process", file, e);
    }
    channel.close();
    throw new IOException("another worker uses it");
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
    return Files.isDirectory(base.resolve(Place.CREATED.directory))
        ? Optional.empty()
        : Optional.of(base + " is gone");
  }

  @Override
  public void onReturn(Runnable task) {
    // a directory does not take back what it has given
  }

  private void look() {
    try {
      for (String name : list(Place.CREATED)) {
        Wait wait;
        synchronized (waits) {
          wait = waits.poll();
        }
        if (wait == null) {
          return;
        }
        give(wait, name);
      }
    } catch (IOException | UncheckedIOException e) {
      log.warn("can't read {}: {}; will look again in {}", base, e.getMessage(), interval);
    }
  }

  private void give(Wait wait, String name) throws IOException {
    byte[] body = Files.readAllBytes(at(Place.CREATED, name));
    move(name, Place.CREATED, Place.RECEIVED);
    if (!wait.result.complete(Optional.of(new FileDelivery(name, body)))) {
      move(name, Place.RECEIVED, Place.CREATED);
    }
  }

  private List<String> list(Place place) throws IOException {
    try (Stream<Path> files = Files.list(base.resolve(place.directory))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .sorted()
          .toList();
    }
  }

  private Path at(Place place, String name) {
    return base.resolve(place.directory).resolve(name);
  }

  private void move(String name, Place from, Place to) throws IOException {
    Files.move(at(from, name), at(to, name), StandardCopyOption.ATOMIC_MOVE);
    known.put(name, to);
  }

  private void moveTo(String name, Place to) {
    try {
      move(name, known.getOrDefault(name, Place.RECEIVED), to);
    } catch (NoSuchFileException e) {
      log.warn("{} was taken away while its job ran", name);
    } catch (IOException e) {
      throw new UncheckedIOException("can't move %s to %s".formatted(name, to.directory), e);
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
      case "job:test:start" -> moveTo(name, Place.STARTED);
      case "job:test:reset" -> moveTo(name, Place.CREATED);
      case "job:test:finish" -> finish(name, report);
      default -> log.debug("{} is {}", name, report.state());
    }
  }

  private void finish(String name, StateReport report) {
    String state = name.replaceAll("\\.json$", ".state");
    try {
      Files.writeString(at(Place.FINISHED, state), report.state() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + state, e);
    }
    moveTo(name, Place.FINISHED);
    names.remove(report.jobId());
  }

  @Override
  public CompletableFuture<Void> publish(LogPart part) {
    return CompletableFuture.runAsync(() -> write(part), thread);
  }

  private void write(LogPart part) {
    Path file = base.resolve(Place.LOG.directory).resolve(part.jobId() + ".log");
    StandardOpenOption how =
        part.number() == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND;
    try {
      Files.writeString(
          file, part.content(), UTF_8, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + file, e);
    }
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
    lock.close();
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

    FileDelivery(String name, byte[] body) {
      this.name = name;
      this.body = body;
    }

    @Override
    public byte[] body() {
      return body;
    }

    @Override
    public void begun(long jobId) {
      names.put(jobId, name);
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
      thread.execute(() -> moveTo(name, Place.REJECTED));
    }

    @Override
    public void giveBack() {
      thread.execute(() -> moveTo(name, Place.CREATED));
    }
  }
}
