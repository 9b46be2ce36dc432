package io.macpool.brain.tart;

import io.macpool.core.fleet.Endpoint;
import java.util.Optional;
import java.util.Set;

/** What clients dial to reach guests. */
interface GuestEndpoints extends AutoCloseable {

  /** Guests are dialled at their own addresses. */
  GuestEndpoints OPEN =
      new GuestEndpoints() {
        @Override
        public boolean relays(Mac mac) {
          return false;
        }

        @Override
        public Optional<Endpoint> of(Mac mac, String ref, String address) {
          return Optional.of(Endpoint.of(address));
        }

        @Override
        public Optional<String> trouble() {
          return Optional.empty();
        }

        @Override
        public void keep(Set<String> refs) {
          // There is nothing to close.
        }

        @Override
        public void close() {
          // There is nothing to close.
        }
      };

  /** Whether guests of that Mac are reached through a relay alone. */
  boolean relays(Mac mac);

  /**
   * What is dialled to reach the guest that has that address on its Mac; empty while there is
   * nothing to dial yet.
   */
  Optional<Endpoint> of(Mac mac, String ref, String address);

  /** Why some guest can't be reached, if one can't. */
  Optional<String> trouble();

  /** Closes what leads to any other machine. */
  void keep(Set<String> refs);

  @Override
  void close();
}
