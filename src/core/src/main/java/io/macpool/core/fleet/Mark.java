package io.macpool.core.fleet;

import java.util.Objects;

/**
 * What a clone bears in its own configuration, so that it is known whatever it is called and
 * wherever it lies.
 *
 * @param ledger the id of the ledger that it was made under
 * @param instance the id of the instance that it is
 */
public record Mark(String ledger, String instance) {
  public Mark {
    Objects.requireNonNull(ledger, "ledger");
    Objects.requireNonNull(instance, "instance");
  }
}
