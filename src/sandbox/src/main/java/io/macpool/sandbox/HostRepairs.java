package io.macpool.sandbox;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.HostInfo;
import io.macpool.broker.net.RetryPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the broker repairs hosts, looked at a few times a second, as its API tells. */
final class HostRepairs implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HostRepairs.class);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String BACK = "watched";
  private static final Set<String> OUT =
      Set.of("resting", "draining", "rebooting", "probing", "failed");

  private final BrokerClient broker;
  private final IntSupplier reboots;
  private final ScheduledExecutorService thread;
  private final CountDownLatch back = new CountDownLatch(1);
  private final Map<String, String> phases = new HashMap<>();
  private Optional<Future<?>> looking = Optional.empty();
  private int begun;
  private int takenBack;
  private double leastInService = 1;

  HostRepairs(BrokerClient broker, IntSupplier reboots, ScheduledExecutorService thread) {
    this.broker = broker;
    this.reboots = reboots;
    this.thread = thread;
  }

  /** Begins to look; {@code reboots} tells how many were carried out. */
  static HostRepairs start(String brokerUrl, String token, IntSupplier reboots) {
    ScheduledExecutorService thread =
        Executors.newScheduledThreadPool(2, work -> new Thread(work, "sandbox-repairs"));
    BrokerClient broker =
        new BrokerClient(
            BrokerEndpoint.parse(brokerUrl.replace("://", "://" + token + "@")),
            RetryPolicy.DEFAULT,
            thread,
            thread);
    HostRepairs repairs = new HostRepairs(broker, reboots, thread);
    repairs.looking =
        Optional.of(
            thread.scheduleWithFixedDelay(
                repairs::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS));
    return repairs;
  }

  private void look() {
    try {
      take(broker.hosts().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
    } catch (CompletionException e) {
      // A look that failed says nothing: what was seen before stays.
      log.debug("the broker's hosts can't be listed just now", e);
    }
  }

  /** Takes in the hosts as they are told now. */
  synchronized void take(List<HostInfo> hosts) {
    int out = 0;
    for (HostInfo host : hosts) {
      String phase = Objects.requireNonNullElse(host.hygiene(), "");
      String before = Objects.requireNonNullElse(phases.put(host.id(), phase), "");
      out += OUT.contains(phase) ? 1 : 0;
      if (OUT.contains(phase) && !OUT.contains(before)) {
        begun++;
      }
      if (phase.equals(BACK) && !before.equals(BACK)) {
        takenBack++;
        back.countDown();
      }
    }
    if (!hosts.isEmpty()) {
      leastInService = Math.min(leastInService, 1 - out / (double) hosts.size());
    }
  }

  /** Waits until a host was taken back into service; false if none was in time. */
  boolean awaitOne(Duration limit) throws InterruptedException {
    return back.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What came of it, for a person. */
  synchronized String line() {
    return String.format(
        "hosts: %d repairs begun, %d reboots, %d taken back, at least %d %% in service",
        begun, reboots.getAsInt(), takenBack, Math.round(leastInService * 100));
  }

  @Override
  public void close() {
    looking.ifPresent(task -> task.cancel(false));
    thread.shutdownNow();
  }
}
