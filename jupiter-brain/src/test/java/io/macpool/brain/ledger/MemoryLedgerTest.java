package io.macpool.brain.ledger;

import java.time.Clock;
import java.util.Optional;

/** The simulation's ledger keeps the contract of the real ones. */
class MemoryLedgerTest extends LedgerContract {

  private final MemoryTables tables = new MemoryTables((id, host) -> {});

  @Override
  Ledger open(Optional<Clock> clock) {
    Clock databases = Clock.systemUTC();
    return clock.isPresent()
        ? MemoryLedger.stamping(tables, databases, clock.get())
        : MemoryLedger.open(tables, databases, System::nanoTime, MemoryLedger.Line.GOOD);
  }
}
