package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.core.usage.Period;
import io.macpool.service.database.DatabaseAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedHistoryTest extends HistoryContract {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Override
  DatabaseAddress database() {
    return DatabaseAddress.file(folder.resolve("history"));
  }

  @Test
  void whereNothingCanBeWrittenThatIsToldAndReportsAreOfWhatIsInMemory() throws Exception {
    Path file = Files.writeString(folder.resolve("no-folder"), "a file");
    try (Run run = new Run(1000, DatabaseAddress.file(file.resolve("history")))) {
      await().atMost(PATIENCE).until(() -> run.keeper.trouble().isPresent());
      run.look(10);
      Period period = new Period(START, run.pool.last());
      assertThat(run.keeper.report(period).hosts()).hasSize(2);
      assertThat(run.keeper.work(period)).isEmpty();

      Files.delete(file);
      Files.createDirectories(file); // or the database has made it by itself

      await("it is tried again").atMost(PATIENCE).until(() -> run.keeper.trouble().isEmpty());
      run.save();
      assertThat(run.keeper.reaches(run.pool.decided())).isTrue();
    }
  }

  @Test
  void aDatabaseThatIsLostOnTheWayIsOpenedAnewAndNothingIsLost() throws Exception {
    try (Run run = new Run(1000)) {
      run.look(10);
      run.save();
      try (Connection connection = DriverManager.getConnection(database().jdbcUrl());
          Statement statement = connection.createStatement()) {
        statement.execute("SHUTDOWN IMMEDIATELY");
      }
      run.look(10);
      run.save();
      assertThat(run.keeper.report(new Period(START, run.pool.last())).gaps()).isEmpty();
    }
  }
}
