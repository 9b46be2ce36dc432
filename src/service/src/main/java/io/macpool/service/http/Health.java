package io.macpool.service.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Whether a service lives, and whether it is ready, with the reason if not. A check must answer at
 * once from memory: it is asked on an event loop.
 */
public final class Health {

  private final Map<String, Supplier<Optional<String>>> liveness = new ConcurrentHashMap<>();
  private final Map<String, Supplier<Optional<String>>> readiness = new ConcurrentHashMap<>();
  private final Map<String, Supplier<Optional<String>>> warnings = new ConcurrentHashMap<>();

  /** Adds a check that answers with a reason when only a restart would help. */
  public Health live(String name, Supplier<Optional<String>> failure) {
    liveness.put(name, failure);
    return this;
  }

  /** Adds a check that answers with a reason while the service should get no work. */
  public Health ready(String name, Supplier<Optional<String>> failure) {
    readiness.put(name, failure);
    return this;
  }

  /** Adds a check that answers with what somebody should look at, though the service works. */
  public Health warning(String name, Supplier<Optional<String>> warning) {
    warnings.put(name, warning);
    return this;
  }

  /** What somebody should look at, by check. */
  public Map<String, String> warnings() {
    return failures(warnings);
  }

  /** Reasons why it does not live, by check; empty if it does. */
  public Map<String, String> livenessFailures() {
    return failures(liveness);
  }

  /** Reasons why it is not ready, by check; empty if it is. */
  public Map<String, String> readinessFailures() {
    return failures(readiness);
  }

  private static Map<String, String> failures(Map<String, Supplier<Optional<String>>> checks) {
    Map<String, String> failures = new LinkedHashMap<>();
    checks.forEach((name, check) -> check.get().ifPresent(reason -> failures.put(name, reason)));
    return failures;
  }
}
