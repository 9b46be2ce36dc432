package io.macpool.worker.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.core.FailureWords;
import io.macpool.worker.job.LogPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
final class JobFiles implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(JobFiles.class);

  /** Where a file lies. */
  enum Place {
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
  private final Map<String, Place> known = new ConcurrentHashMap<>();

  private JobFiles(Path base) throws IOException {
    this.base = base;
    for (Place place : Place.values()) {
      Files.createDirectories(base.resolve(place.directory));
    }
    lock = lock(base.resolve("lock"));
    for (Place place : List.of(Place.RECEIVED, Place.STARTED)) {
      for (String name : list(place)) {
        move(name, place, Place.CREATED);
      }
    }
  }

  /**
   * Makes the directories if they are not there.
   *
   * @throws IllegalArgumentException if they can't be used, saying why
   */
  static JobFiles open(Path base) {
    try {
      return new JobFiles(base);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "can't use " + base + " as a queue: " + FailureWords.of(e), e);
    }
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

  /** Whether they can still be seen. */
  boolean areThere() {
    return Files.isDirectory(base.resolve(Place.CREATED.directory));
  }

  /** Reads a payload that was created, and leaves it there. */
  byte[] read(String name) throws IOException {
    return Files.readAllBytes(at(Place.CREATED, name));
  }

  /** Reads a payload that was created, which is received by that. */
  byte[] take(String name) throws IOException {
    byte[] body = Files.readAllBytes(at(Place.CREATED, name));
    move(name, Place.CREATED, Place.RECEIVED);
    return body;
  }

  /** The names of the payloads there, sorted. */
  List<String> list(Place place) throws IOException {
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

  /** Moves a payload on from wherever it is. */
  void moveTo(String name, Place to) {
    try {
      move(name, known.getOrDefault(name, Place.RECEIVED), to);
    } catch (NoSuchFileException e) {
      log.warn("{} was taken away while its job ran", name);
    } catch (IOException e) {
      throw new UncheckedIOException("can't move %s to %s".formatted(name, to.directory), e);
    }
  }

  /** Moves a payload to the finished ones, with the state in which its job ended. */
  void finish(String name, String result) {
    String state = name.replaceAll("\\.json$", ".state");
    try {
      Files.writeString(at(Place.FINISHED, state), result + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + state, e);
    }
    moveTo(name, Place.FINISHED);
  }

  /** Adds a part to its job's log; the first one begins the log anew. */
  void write(LogPart part) {
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
  public String toString() {
    return base.toString();
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
