package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import java.util.Objects;
import java.util.Optional;

/**
 * An instance that is wanted, before it has a place.
 *
 * @param idempotencyKey its owner's, if it gave one
 * @param warmWillDo whether a warm instance of the same image would do
 * @param mostWarm if it is to be warm: how many of its image may be so, it included
 */
public record Intent(
    Instance instance, Optional<String> idempotencyKey, boolean warmWillDo, int mostWarm) {
  public Intent {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(idempotencyKey, "idempotencyKey");
  }

  public Intent(Instance instance, Optional<String> idempotencyKey) {
    this(instance, idempotencyKey, false, Integer.MAX_VALUE);
  }

  /** Under what its owner may ask for it again. */
  Optional<Key> key() {
    return idempotencyKey.map(key -> new Key(instance.owner().orElse(""), key));
  }

  /** What was asked for, to tell it from something else that is asked for under the same key. */
  String request() {
    return instance.image().orElse("")
        + "|"
        + instance.size().cpus()
        + "|"
        + instance.size().ramMb();
  }

  /** A key is its owner's own. */
  record Key(String owner, String key) {}

  /**
   * What was given under a key.
   *
   * @param request what was asked for; empty if that was not noted
   */
  record Given(Instance instance, Optional<String> request) {
    boolean fits(Intent intent) {
      return request.isEmpty() || request.get().equals(intent.request());
    }
  }
}
