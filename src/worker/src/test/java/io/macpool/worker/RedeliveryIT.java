package io.macpool.worker;

import java.net.URI;
import java.util.Optional;

/** On the simulated broker. */
class RedeliveryIT extends RedeliveryContract {

  @Override
  Optional<URI> broker() {
    return Optional.empty();
  }
}
