package io.macpool.brain.ledger;

import io.macpool.brain.ledger.database.LedgerDatabase;
import io.macpool.service.database.DatabaseAddress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that writes into an embedded ledger until it is killed, and prints the id of each row
 * once its transaction has ended. Its argument is the ledger's file.
 */
final class KilledWriter {

  private static final int THREADS = 3;

  private KilledWriter() {}

  /** As {@link DatabaseAddress#file}, but space is used again at once instead of after 45 s. */
  static DatabaseAddress hurried(Path file) {
    DatabaseAddress usual = DatabaseAddress.file(file);
    return new DatabaseAddress(
        usual.jdbcUrl() + ";RETENTION_TIME=300",
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        false);
  }

  public static void main(String[] arguments) {
    LedgerDatabase database =
        LedgerDatabase.open(
            hurried(Path.of(arguments[0])), THREADS + 1, LedgerDatabase.Limits.USUAL);
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    ScheduledExecutorService writers = Executors.newScheduledThreadPool(THREADS);
    for (int i = 0; i < THREADS; i++) {
      String name = "broker-" + i + "-";
      AtomicInteger next = new AtomicInteger();
      ScheduledFuture<?> unused =
          writers.scheduleWithFixedDelay(
              () -> write(database, out, name + next.getAndIncrement()),
              0,
              20 + 10L * i,
              TimeUnit.MILLISECONDS);
    }
  }

  private static void write(LedgerDatabase database, FileOutputStream out, String id) {
    database.write(
        "write",
        handle ->
            handle.execute(
                "INSERT INTO jupiter_brain.brokers (id, seen_at) VALUES (?, CURRENT_TIMESTAMP)",
                id));
    try {
      // One write call: a line is printed whole or not at all.
      out.write((id + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    database.write(
        "change",
        handle ->
            handle.execute(
                "UPDATE jupiter_brain.brokers SET seen_at = CURRENT_TIMESTAMP WHERE id = ?", id));
  }
}
