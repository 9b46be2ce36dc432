package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.core.fleet.Cordon;
import io.macpool.service.database.DatabaseAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An embedded ledger whose disk was full works again when there is room, without a restart. */
class FullDiskTest {

  @TempDir private Path directory;

  @AfterEach
  void makeRoom() {
    FullDisk.FULL.set(false);
  }

  @Test
  void thereIsRoomAgain() {
    FullDisk.register();
    DatabaseAddress plain = DatabaseAddress.file(directory.resolve("ledger"));
    DatabaseAddress address =
        new DatabaseAddress(
            plain.jdbcUrl().replace("jdbc:h2:file:", "jdbc:h2:fulldisk:"),
            plain.user(),
            plain.password(),
            Map.of(),
            plain.shared());
    try (Ledger ledger = Ledger.open(address, 2, Clock.systemUTC())) {
      Optional<Cordon> cordon = Optional.of(new Cordon(Cordon.Kind.CORDONED, "before"));
      ledger.cordon("host-1", cordon);
      FullDisk.FULL.set(true);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 200; i++) {
                  ledger.cordon("host-2", cordon);
                }
              })
          .isInstanceOf(LedgerException.class);
      assertThatThrownBy(() -> ledger.cordon("host-3", cordon)).isInstanceOf(LedgerException.class);

      FullDisk.FULL.set(false);
      Awaitility.await("the ledger is written again")
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptionsInstanceOf(LedgerException.class)
          .untilAsserted(() -> ledger.cordon("host-4", cordon));
      assertThat(ledger.cordons()).containsKeys("host-1", "host-4");
    }
  }
}
