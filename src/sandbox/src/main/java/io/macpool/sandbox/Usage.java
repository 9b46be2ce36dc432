package io.macpool.sandbox;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.Instance;
import io.macpool.broker.net.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much of the hardware is in use, looked at a few times a second through the broker's API, as a
 * dashboard would; and on which host each instance was seen.
 */
final class Usage implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Usage.class);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final BrokerClient broker;
  private final URI metrics;
  private final IntSupplier processors;
  private final ScheduledExecutorService thread;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final Map<String, String> hosts = new ConcurrentHashMap<>();
  private Optional<Future<?>> looking = Optional.empty();
  private volatile int instances;
  private int mostInstances;
  private int mostHosts;
  private int mostProcessors;

  private Usage(
      BrokerClient broker, URI metrics, IntSupplier processors, ScheduledExecutorService thread) {
    this.broker = broker;
    this.metrics = metrics;
    this.processors = processors;
    this.thread = thread;
  }

  /** Begins to look; {@code processors} tells how many are alive in all workers. */
  static Usage start(String brokerUrl, String token, String adminUrl, IntSupplier processors) {
    ScheduledExecutorService thread =
        Executors.newScheduledThreadPool(2, work -> new Thread(work, "sandbox-usage"));
    BrokerClient broker =
        new BrokerClient(
            BrokerEndpoint.parse(brokerUrl.replace("://", "://" + token + "@")),
            RetryPolicy.DEFAULT,
            thread,
            thread);
    Usage usage = new Usage(broker, URI.create(adminUrl + "/metrics"), processors, thread);
    usage.looking =
        Optional.of(
            thread.scheduleWithFixedDelay(usage::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS));
    return usage;
  }

  private void look() {
    try {
      take(broker.list().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
    } catch (CompletionException e) {
      // A look that failed says nothing: what was seen before stays.
      log.debug("the broker's instances can't be listed just now", e);
    }
  }

  private synchronized void take(List<Instance> listed) {
    Set<String> used = new HashSet<>();
    for (Instance instance : listed) {
      if (instance.host() != null) {
        hosts.put(instance.id(), instance.host());
        used.add(instance.host());
      }
    }
    instances = listed.size();
    mostInstances = Math.max(mostInstances, listed.size());
    mostHosts = Math.max(mostHosts, used.size());
    mostProcessors = Math.max(mostProcessors, processors.getAsInt());
  }

  /** Instances at the last look. */
  int instances() {
    return instances;
  }

  /** The host that an instance was seen on; a dash if it came and went between two looks. */
  String hostOf(String instance) {
    return hosts.getOrDefault(instance, "-");
  }

  synchronized Report.Peak peak(int maxProcessors) {
    return new Report.Peak(mostInstances, mostHosts, mostProcessors, maxProcessors);
  }

  /** Waits until no instance is left, or {@code patience} is over, and counts. */
  Report.Instances atTheEnd(Duration patience) throws InterruptedException {
    Instant deadline = Instant.now().plus(patience);
    CountDownLatch pause = new CountDownLatch(1);
    int left = count();
    while (left > 0 && Instant.now().isBefore(deadline)) {
      pause.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      left = count();
    }
    String scraped = scrape();
    return new Report.Instances(
        sum(scraped, "instance_create_seconds_count{"),
        sum(scraped, "instance_destroy_total{"),
        left);
  }

  /** Asked anew: the last look may have begun before the last job ended. */
  private int count() {
    return broker.list().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join().size();
  }

  private String scrape() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(metrics).timeout(PATIENCE).build();
    try {
      return http.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new IllegalStateException("the broker's metrics can't be read: " + e, e);
    }
  }

  /** The sum over a metric's lines that tell of success. */
  private static long sum(String scraped, String start) {
    return scraped
        .lines()
        .filter(line -> line.startsWith(start) && line.contains("outcome=\"ok\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() {
    looking.ifPresent(task -> task.cancel(false));
    thread.shutdownNow();
  }
}
