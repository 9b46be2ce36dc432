package io.macpool.core.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A job of the scheduler.
 *
 * @param queue where it waits
 * @param length of its script
 * @param status with which that ends
 * @param failures by message, how often it had failed to start before
 */
record QueuedJob(int id, String queue, Duration length, int status, Map<String, Integer> failures) {

  QueuedJob(int id, String queue, Duration length, int status) {
    this(id, queue, length, status, new HashMap<>());
  }

  int startFailures(String key) {
    return failures.getOrDefault(key, 0);
  }
}
