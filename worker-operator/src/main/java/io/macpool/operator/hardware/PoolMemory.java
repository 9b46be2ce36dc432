package io.macpool.operator.hardware;

import io.macpool.core.Observed;
import io.macpool.operator.api.HardwarePool;
import java.time.Instant;
import java.util.Optional;

/** What is remembered of a HardwarePool between rounds. */
final class PoolMemory {

  Observed<Integer> slots;
  Optional<BrokerToken> token = Optional.empty();
  Utilisation utilisation;
  Optional<HardwarePool> written = Optional.empty();
  Instant informedAt = Instant.EPOCH;

  PoolMemory(Instant now) {
    slots = Observed.unknown("not read yet", now);
    utilisation = Utilisation.none(now);
  }
}
