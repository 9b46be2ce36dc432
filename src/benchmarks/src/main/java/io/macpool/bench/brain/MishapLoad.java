package io.macpool.bench.brain;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/** Clients that make and destroy instances of two images all the time, whatever they are told. */
final class MishapLoad implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int CLIENTS = 6; // of each image: together fewer than there are slots

  private final URI broker;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService clients = Executors.newFixedThreadPool(2 * CLIENTS);
  private final Map<String, LongAdder> made = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  @SuppressWarnings("FutureReturnValueIgnored") // a client ends when all do
  MishapLoad(URI broker) {
    this.broker = broker;
    for (String image : new String[] {"steady", "harmed"}) {
      made.put(image, new LongAdder());
      for (int i = 0; i < CLIENTS; i++) {
        clients.submit(() -> work(image));
      }
    }
  }

  private void work(String image) {
    try {
      while (closing.getCount() > 0) {
        try {
          HttpResponse<String> created = call("POST", "/instances", order(image));
          if (created.statusCode() == 201) {
            made.get(image).increment();
            call("DELETE", created.headers().firstValue("Location").orElseThrow(), "");
            continue;
          }
        } catch (IOException e) {
          // as any client: later
        }
        closing.await(200, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String order(String image) {
    return "{\"data\":{\"type\":\"instances\",\"base-image\":\"" + image + "\"}}";
  }

  private HttpResponse<String> call(String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(broker.resolve(path))
            .header("Authorization", "token bench")
            .timeout(PATIENCE)
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** Instances of the image made in a second, over that time. */
  double rate(String image, Duration time) throws InterruptedException {
    long before = made.get(image).sum();
    closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
    return (made.get(image).sum() - before) / (time.toMillis() / 1000.0);
  }

  /** Until readiness, and capacity if it can be told, say the word. */
  double secondsUntilTold(String word) throws Exception {
    return secondsUntil(
        word,
        () -> {
          HttpResponse<String> capacity = call("GET", "/capacity", "");
          return call("GET", "/health/ready", "").body().contains(word)
              && (capacity.statusCode() != 200 || capacity.body().contains(word));
        });
  }

  /** Until another one of the image is made. */
  double secondsUntilMade(String image) throws Exception {
    long before = made.get(image).sum();
    return secondsUntil("another " + image, () -> made.get(image).sum() > before);
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private double secondsUntil(String what, Condition condition) throws Exception {
    long began = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        throw new TimeoutException("within " + PATIENCE + " there was no " + what);
      }
      closing.await(50, TimeUnit.MILLISECONDS);
    }
    return (System.nanoTime() - began) / 1e9;
  }

  @Override
  public void close() {
    closing.countDown();
    clients.shutdownNow();
    try {
      clients.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
