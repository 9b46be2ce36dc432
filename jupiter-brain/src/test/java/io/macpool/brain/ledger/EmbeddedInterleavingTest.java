package io.macpool.brain.ledger;

import io.macpool.service.database.DatabaseAddress;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.io.TempDir;

/** One process, so one ledger: its own lock keeps operations apart. */
class EmbeddedInterleavingTest extends InterleavingContract {

  @TempDir private Path folder;
  private Ledger only;

  @Override
  DatabaseAddress database() {
    return DatabaseAddress.file(folder.resolve("ledger"));
  }

  @Override
  Ledger open(int actor) {
    if (actor == 0) {
      only = Ledger.open(database(), 2, CLOCK);
    }
    return only;
  }

  @Override
  boolean waits(Connection observer, int actor, Interleaving interleaving) {
    return interleaving.waitsInside(actor);
  }
}
