package io.macpool.sandbox.brokersoak;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody who says all the while that it lives and holds nothing. Leases of the silent end only
 * when others are heard, so that an outage of the broker's own ends none; without it the last ones
 * would never end.
 */
final class LeaseHeartbeat implements AutoCloseable {

  private static final Duration EVERY = Duration.ofSeconds(3);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "lively-holder"));
  private final AtomicInteger heard = new AtomicInteger();

  private LeaseHeartbeat() {}

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor; the task never throws
  static LeaseHeartbeat start(
      BrokerCalls calls, List<Replica> replicas, Map<String, String> tokens) {
    LeaseHeartbeat holder = new LeaseHeartbeat();
    String token = tokens.values().iterator().next();
    holder.thread.scheduleWithFixedDelay(
        () -> replicas.forEach(replica -> holder.speak(calls, replica, token)),
        0,
        EVERY.toMillis(),
        TimeUnit.MILLISECONDS);
    return holder;
  }

  private void speak(BrokerCalls calls, Replica replica, String token) {
    try {
      if (calls
          .call(
              replica, token, "PUT", "/leases/lively", Map.of("type", "leases", "duration", "60s"))
          .isGood()) {
        heard.incrementAndGet();
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often it was heard. */
  int heard() {
    return heard.get();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
