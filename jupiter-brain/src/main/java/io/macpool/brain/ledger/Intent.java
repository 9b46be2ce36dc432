package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import java.util.Objects;
import java.util.Optional;

/**
 * An instance that is wanted, before it has a place.
 *
 * @param idempotencyKey its owner's, if it gave one
 */
public record Intent(Instance instance, Optional<String> idempotencyKey) {
  public Intent {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(idempotencyKey, "idempotencyKey");
  }

  /** Under what its owner may ask for it again. */
  Optional<Key> key() {
    return idempotencyKey.map(key -> new Key(instance.owner().orElse(""), key));
  }

  /** A key is its owner's own. */
  record Key(String owner, String key) {}
}
