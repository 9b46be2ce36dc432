package io.macpool.sandbox;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.HostInfo;
import io.macpool.broker.net.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Takes vCenter's hosts out of use one by one, by the broker's API as a person does, while jobs
 * run.
 */
final class Migration implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final String OLD = "vsphere";
  private static final String REASON = "moved to Apple silicon";

  private final ScheduledExecutorService thread =
      Executors.newScheduledThreadPool(2, work -> new Thread(work, "sandbox-migration"));
  private final BrokerClient broker;
  private final Random order;
  private final List<HostInfo> left = new ArrayList<>();
  private int drained;

  private Migration(String brokerUrl, String token, long seed) {
    this.broker =
        new BrokerClient(
            BrokerEndpoint.parse(brokerUrl.replace("://", "://" + token + "@")),
            RetryPolicy.DEFAULT,
            thread,
            thread);
    this.order = new Random(seed);
  }

  /**
   * Of all vCenter's hosts that the broker knows when it begins.
   *
   * @param seed decides on their order
   */
  static Migration of(String brokerUrl, String token, long seed) {
    return new Migration(brokerUrl, token, seed);
  }

  private List<HostInfo> old() {
    return broker.hosts().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join().stream()
        .filter(host -> OLD.equals(host.provider()))
        .toList();
  }

  /** Lets all but one of those left end what runs there, and gives them nothing more. */
  void drainAllButOne() {
    left.addAll(old());
    Collections.shuffle(left, order);
    while (left.size() > 1) {
      drainOne();
    }
  }

  /** The last one, too: nothing must wait for an old image any more. */
  void drainTheRest() {
    while (!left.isEmpty()) {
      drainOne();
    }
  }

  private void drainOne() {
    HostInfo host = left.remove(0);
    broker.cordon(host.id(), true, REASON).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    drained++;
  }

  /** Waits until nothing is left on the old hosts; whether that was in time. */
  boolean awaitEmpty(Duration limit) throws InterruptedException {
    Instant deadline = Instant.now().plus(limit);
    CountDownLatch never = new CountDownLatch(1);
    while (!isEmpty()) {
      if (Instant.now().isAfter(deadline)) {
        return false;
      }
      never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }
    return true;
  }

  private boolean isEmpty() {
    return old().stream().allMatch(host -> host.used() == 0 && "draining".equals(host.state()));
  }

  int drained() {
    return drained;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
