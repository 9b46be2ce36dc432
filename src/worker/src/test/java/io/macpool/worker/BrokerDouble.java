package io.macpool.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.Capacity;
import io.macpool.broker.Documents;
import io.macpool.broker.Instance;
import io.macpool.sim.ssh.GuestFleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A broker over a fleet of guests, by the contract, with faults to be asked for. */
final class BrokerDouble implements AutoCloseable {

  private final GuestFleet guests;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, String> addresses = new ConcurrentHashMap<>();
  private final Map<String, String> byKey = new ConcurrentHashMap<>();
  final Set<String> created = ConcurrentHashMap.newKeySet();
  final Set<String> destroyed = ConcurrentHashMap.newKeySet();
  final AtomicInteger creates = new AtomicInteger();
  final AtomicInteger destroys = new AtomicInteger();
  volatile int slots = 10_000;
  volatile boolean tellsCapacity;
  final AtomicInteger failCreates = new AtomicInteger();

  /** Creates wait for it. */
  volatile CountDownLatch createGate = new CountDownLatch(0);

  volatile CountDownLatch destroyGate = new CountDownLatch(0);

  volatile boolean withholdAddress;

  /** Told of each instance before anybody knows its address. */
  volatile Consumer<String> onBoot = vm -> {};

  BrokerDouble(GuestFleet guests) {
    this.guests = guests;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri() {
    return URI.create("http://secret-token@127.0.0.1:" + server.getAddress().getPort());
  }

  /** Instances that exist now. */
  Set<String> alive() {
    return Set.copyOf(addresses.keySet());
  }

  /** Destroys one as if by somebody else. */
  void destroy(String id) {
    if (addresses.remove(id) != null) {
      destroyed.add(id);
      guests.kill(id);
    }
  }

  private void handle(HttpExchange call) throws IOException {
    try (call) {
      call.getRequestBody().readAllBytes();
      String path = call.getRequestURI().getPath();
      if (!"token secret-token".equals(call.getRequestHeaders().getFirst("Authorization"))) {
        answer(call, 401, "{\"errors\":[{\"status\":\"401\",\"title\":\"incorrect token\"}]}");
      } else if (path.equals("/capacity")) {
        capacity(call);
      } else if (path.equals("/instances") && call.getRequestMethod().equals("POST")) {
        create(call);
      } else if (call.getRequestMethod().equals("DELETE")) {
        destroys.incrementAndGet();
        destroyGate.await();
        destroy(path.substring(path.lastIndexOf('/') + 1));
        call.sendResponseHeaders(204, -1);
      } else {
        show(call, path.substring(path.lastIndexOf('/') + 1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void create(HttpExchange call) throws IOException, InterruptedException {
    creates.incrementAndGet();
    createGate.await();
    if (failCreates.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      answer(call, 500, "{\"errors\":[{\"status\":\"500\",\"title\":\"clone failed\"}]}");
      return;
    }
    String id;
    synchronized (this) {
      if (addresses.size() >= slots) {
        call.getResponseHeaders().add("Retry-After", "1");
        answer(call, 503, "{\"errors\":[{\"status\":\"503\",\"title\":\"pool is full\"}]}");
        return;
      }
      String key = call.getRequestHeaders().getFirst("Idempotency-Key");
      id = byKey.computeIfAbsent(key, k -> UUID.randomUUID().toString());
      if (created.add(id)) {
        String address = guests.boot(id);
        onBoot.accept(id);
        addresses.put(id, address);
      }
    }
    answer(call, 201, document(id));
  }

  private void show(HttpExchange call, String id) throws IOException {
    if (addresses.containsKey(id)) {
      answer(call, 200, document(id));
    } else {
      answer(call, 404, "{\"errors\":[{\"status\":\"404\",\"title\":\"no such VM\"}]}");
    }
  }

  private void capacity(HttpExchange call) throws IOException {
    if (!tellsCapacity) {
      answer(call, 404, "{}");
      return;
    }
    int used = addresses.size();
    Capacity capacity =
        new Capacity(
            Capacity.TYPE,
            "pool",
            new Capacity.Slots(slots, used, 0, Math.max(0, slots - used)),
            List.of(),
            List.of());
    answer(
        call, 200, BrokerJson.mapper().writeValueAsString(new Documents.Data<>(List.of(capacity))));
  }

  private String document(String id) throws IOException {
    List<String> shown = withholdAddress ? List.of() : List.of("fe80::1", addresses.get(id));
    Instance instance =
        new Instance(
            Instance.TYPE,
            id,
            shown,
            "powered-on",
            Instant.now(),
            Duration.ZERO,
            null,
            null,
            null,
            null,
            null,
            null);
    return BrokerJson.mapper().writeValueAsString(new Documents.Data<>(List.of(instance)));
  }

  private static void answer(HttpExchange call, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    call.getResponseHeaders().add("Content-Type", "application/vnd.api+json");
    call.sendResponseHeaders(status, bytes.length);
    call.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
