package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.ledger.database.LedgerDatabase;
import io.macpool.service.database.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an embedded ledger has answered for is there after its process was killed. A broker makes
 * nothing that is not on record; so a record that is lost is a machine that nobody knows.
 *
 * <p>H2 2.5.252 loses some in about half of such runs, once it has begun to use space again.
 */
class KilledLedgerIT {

  private static final int WRITERS = 4;
  private static final int ROWS = 250;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final List<Process> writers = new ArrayList<>();

  @AfterEach
  void end() {
    writers.forEach(Process::destroyForcibly);
  }

  @Test
  void whatWasWrittenIsThereAfterAKill() throws Exception {
    for (int i = 0; i < WRITERS; i++) {
      writers.add(start(i));
    }
    for (int i = 0; i < WRITERS; i++) {
      int number = i;
      Awaitility.await("writer " + number + " has written enough")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> written(number).size() >= ROWS);
      writers.get(i).destroyForcibly();
    }
    for (int i = 0; i < WRITERS; i++) {
      assertThat(writers.get(i).waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(onRecord(i)).as("ledger %d", i).containsAll(written(i));
    }
  }

  private Process start(int number) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            KilledWriter.class.getName(),
            ledger(number).toString())
        .redirectOutput(printed(number).toFile())
        .redirectError(folder.resolve("errors-" + number).toFile())
        .start();
  }

  private Path ledger(int number) {
    return folder.resolve("ledger-" + number);
  }

  private Path printed(int number) {
    return folder.resolve("printed-" + number);
  }

  private List<String> written(int number) throws IOException {
    return Files.readAllLines(printed(number)).stream()
        .filter(line -> line.startsWith("broker-"))
        .toList();
  }

  private Set<String> onRecord(int number) {
    try (LedgerDatabase database =
        LedgerDatabase.open(DatabaseAddress.file(ledger(number)), 1, LedgerDatabase.Limits.USUAL)) {
      return new HashSet<>(
          database.read(
              "read all",
              handle ->
                  handle
                      .createQuery("SELECT id FROM jupiter_brain.brokers")
                      .mapTo(String.class)
                      .list()));
    }
  }
}
