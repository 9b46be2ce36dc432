package io.macpool.brain.ledger;

import io.macpool.service.database.DatabaseAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedLedgerTest extends DatabaseLedgerContract {

  @TempDir private Path folder;

  @Override
  DatabaseAddress database() {
    return DatabaseAddress.file(folder.resolve("ledger"));
  }
}
