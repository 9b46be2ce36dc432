package io.macpool.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.macpool.sim.kubernetes.node.PodRunner.PodLaunch;
import io.macpool.sim.kubernetes.node.PodRunner.RunningPod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** One worker's remote control on its pod's address. */
final class FakeWorker implements RunningPod {

  static final int PORT = 8080;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final PodLaunch launch;
  private final HttpServer server;
  private final Consumer<FakeWorker> changed;
  private final CountDownLatch killed = new CountDownLatch(1);
  private int expected;
  private int finishing;
  private int finished;
  private boolean busy;
  private boolean ignoresZero;
  private boolean terminating;
  private boolean ended;
  private int patches;
  private volatile boolean hanging;
  private volatile boolean losesAnswers;
  private volatile UnaryOperator<Integer> claim = UnaryOperator.identity();
  private volatile Duration lag = Duration.ZERO;

  FakeWorker(PodLaunch launch, Executor threads, Consumer<FakeWorker> changed) throws IOException {
    this.launch = launch;
    this.changed = changed;
    server = HttpServer.create(new InetSocketAddress(launch.podIp(), PORT), 0);
    server.setExecutor(threads);
    server.createContext("/worker", this::answer);
    server.start();
  }

  String pod() {
    return launch.name();
  }

  String cluster() {
    return launch.env().getOrDefault("CLUSTER", "");
  }

  PodLaunch launch() {
    return launch;
  }

  /** Every processor has a job that only {@link #finishJob} ends. */
  synchronized FakeWorker busy() {
    busy = true;
    return this;
  }

  synchronized void ignoreZero() {
    ignoresZero = true;
  }

  void hang(boolean hangs) {
    hanging = hangs;
  }

  void loseAnswers(boolean loses) {
    losesAnswers = loses;
  }

  /** Tells other sizes than it has, and that each of those processors runs a job. */
  void claim(UnaryOperator<Integer> what) {
    claim = what;
  }

  /** Obeys so much later than it answers. */
  void lag(Duration time) {
    lag = time;
  }

  /** Nobody listens any more, though the pod stands and its processors live. */
  void vanish() {
    server.stop(0);
  }

  synchronized int alive() {
    return ended ? 0 : expected + finishing;
  }

  synchronized int expected() {
    return ended ? 0 : expected;
  }

  synchronized int patches() {
    return patches;
  }

  /** One of the jobs that run on processors that go ends. */
  void finishJob() {
    synchronized (this) {
      finishing = Math.max(0, finishing - 1);
      finished++;
      endIfDrained();
    }
    changed.accept(this);
  }

  void finishAllJobs() {
    synchronized (this) {
      busy = false;
      finished += finishing;
      finishing = 0;
      endIfDrained();
    }
    changed.accept(this);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (hanging) {
        killed.await(1, TimeUnit.MINUTES);
        return;
      }
      String auth = launch.env().getOrDefault("TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH", "");
      String basic =
          "Basic " + Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8));
      if (!basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange.sendResponseHeaders(403, -1);
        return;
      }
      switch (exchange.getRequestMethod()) {
        case "GET" -> tell(exchange);
        case "PATCH" -> {
          JsonNode body = JSON.readTree(exchange.getRequestBody());
          obey(body.path("poolSize").asInt());
          if (losesAnswers) {
            killed.await(1, TimeUnit.MINUTES);
          }
          exchange.sendResponseHeaders(204, -1);
        }
        case "DELETE" -> {
          exchange.sendResponseHeaders(204, -1);
          synchronized (this) {
            shrink(0);
          }
          changed.accept(this);
        }
        default -> exchange.sendResponseHeaders(405, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void obey(int size) {
    if (lag.isZero()) {
      resize(size);
      changed.accept(this);
    } else {
      CompletableFuture.delayedExecutor(lag.toMillis(), TimeUnit.MILLISECONDS)
          .execute(
              () -> {
                resize(size);
                changed.accept(this);
              });
    }
  }

  private void tell(HttpExchange exchange) throws IOException {
    ObjectNode report = JSON.createObjectNode();
    synchronized (this) {
      int told = claim.apply(alive());
      report.put("version", "fake").put("poolSize", told);
      report.put("expectedPoolSize", claim.apply(expected));
      report.put("totalProcessed", finished).put("draining", terminating);
      ArrayNode processors = report.putArray("processors");
      for (int i = 0; i < told; i++) {
        processors.addObject().put("id", "p" + i).put("status", busy ? "processing" : "waiting");
      }
    }
    byte[] bytes = JSON.writeValueAsBytes(report);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  synchronized void resize(int size) {
    patches++;
    if (terminating || (size == 0 && ignoresZero)) {
      return;
    }
    if (size > expected) {
      expected = size;
    } else {
      shrink(size);
    }
  }

  private void shrink(int size) {
    finishing += busy ? expected - size : 0;
    expected = size;
  }

  private void endIfDrained() {
    if (terminating && expected + finishing == 0) {
      end();
    }
  }

  private void end() {
    ended = true;
    killed.countDown();
    server.stop(0);
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public void terminate() {
    synchronized (this) {
      terminating = true;
      shrink(0);
      endIfDrained();
    }
    changed.accept(this);
  }

  @Override
  public synchronized boolean ended() {
    return ended;
  }

  @Override
  public void kill() {
    synchronized (this) {
      if (!ended) {
        end();
      }
    }
  }
}
