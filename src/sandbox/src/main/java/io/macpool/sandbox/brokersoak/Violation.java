package io.macpool.sandbox.brokersoak;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * A promise that was broken.
 *
 * @param words what happened, to whom
 * @param instances whose histories tell how
 */
record Violation(Kind kind, Instant at, String words, Set<String> instances) {

  enum Kind {
    DESTROYED_WHILE_OWNED("instances destroyed while owned"),
    FORGOTTEN("instances answered 404 while owned"),
    LEAKED("machines, instances or slots leaked"),
    OVERCOMMITTED("hosts overcommitted"),
    KEY_TWICE("keys with two instances"),
    TWO_OWNERS("instances handed to two owners"),
    OVER_QUOTA("owners over their quota"),
    NO_RETRY_AFTER("answers 5xx without Retry-After");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  Violation {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(at, "at");
    instances = Set.copyOf(instances);
  }
}
