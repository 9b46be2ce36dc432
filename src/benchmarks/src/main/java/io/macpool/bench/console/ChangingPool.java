package io.macpool.bench.console;

import io.macpool.sim.net.LoopbackServer;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A broker of 1,000 hosts with 2,000 slots, in which instances are made, become ready and go, sixty
 * changes a second. The name of each ends with when it was made. Confined to one event loop.
 */
final class ChangingPool implements AutoCloseable {

  static final int HOSTS = 1_000;
  static final int SLOTS = 2 * HOSTS;

  private static final Duration TICK = Duration.ofMillis(50);
  private static final int CHANGES_A_TICK = 3;

  /** So many of ten slots are held when it begins; later about eight are. */
  private static final int HELD_OF_TEN = 7;

  private static final String[] OWNERS = {"ios", "backend", "release", "nightly"};

  private record Held(String id, Instant since, String phase) {}

  private final @Nullable Held[] slots = new Held[SLOTS];
  private final List<HttpServerResponse> followers = new ArrayList<>();
  private final Random random = new Random(11);
  private final LoopbackServer server;
  private final AtomicLong made = new AtomicLong();
  private long lastStamp;
  private long lastEvent;

  private ChangingPool() {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (random.nextInt(10) < HELD_OF_TEN) {
        slots[slot] = made(slot, "ready");
      }
    }
    server = LoopbackServer.start(0, this::handler);
  }

  static ChangingPool start() {
    return new ChangingPool();
  }

  int port() {
    return server.port();
  }

  /** Microseconds since 1970, by the clock of the names. */
  static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }

  /** How many instances it has made. */
  long made() {
    return made.get();
  }

  private Held made(int slot, String phase) {
    lastStamp = Math.max(lastStamp + 1, now());
    made.incrementAndGet();
    return new Held("vm-" + slot + "-" + lastStamp, Instant.now(), phase);
  }

  private Handler<HttpServerRequest> handler(Vertx vertx) {
    vertx.setPeriodic(TICK.toMillis(), tick -> change());
    return request -> {
      switch (request.path()) {
        case "/events" -> follow(request.response());
        case "/hosts" -> request.response().end(data(HOSTS, this::host));
        case "/instances" -> request.response().end(data(SLOTS, this::instance));
        case "/capacity" -> request.response().end(data(1, one -> capacity()));
        case "/images" -> request.response().end(data(1, one -> image()));
        default -> request.response().setStatusCode(404).end("{}");
      }
    };
  }

  private void follow(HttpServerResponse response) {
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.write(": here\n\n");
    response.closeHandler(gone -> followers.remove(response));
    followers.add(response);
  }

  private void change() {
    StringBuilder news = new StringBuilder();
    for (int i = 0; i < CHANGES_A_TICK; i++) {
      news.append(change(next()));
    }
    followers.forEach(each -> each.write(news.toString()));
  }

  /** Any slot, so that about as many are held as before. */
  private int next() {
    int slot = random.nextInt(SLOTS);
    return slots[slot] == null || random.nextInt(HELD_OF_TEN) < 10 - HELD_OF_TEN ? slot : next();
  }

  private String change(int slot) {
    Held before = slots[slot];
    if (before != null && before.phase().equals("ready")) {
      slots[slot] = null;
      return event("gone", "{\"type\":\"instances\",\"id\":\"" + before.id() + "\"}");
    }
    slots[slot] =
        before == null ? made(slot, "requested") : new Held(before.id(), before.since(), "ready");
    return event("instance", instance(slot));
  }

  private String event(String name, String data) {
    lastEvent++;
    return "event: " + name + "\nid: b-" + lastEvent + "\ndata: " + data + "\n\n";
  }

  private static String data(int count, IntFunction<String> one) {
    return IntStream.range(0, count)
        .mapToObj(one)
        .filter(each -> !each.isEmpty())
        .collect(Collectors.joining(",", "{\"data\":[", "]}"));
  }

  private static String json(Map<String, ?> members) {
    return members.entrySet().stream()
        .map(each -> "\"" + each.getKey() + "\":" + value(each.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String value(Object value) {
    return value instanceof String text && !text.startsWith("[") && !text.startsWith("{")
        ? "\"" + text + "\""
        : String.valueOf(value);
  }

  private static String nameOf(int host) {
    return "mac-%04d".formatted(host);
  }

  /** Nothing if the slot is empty. */
  private String instance(int slot) {
    Held held = slots[slot];
    return held == null
        ? ""
        : json(
            Map.of(
                "type",
                "instances",
                "id",
                held.id(),
                "ip-addresses",
                "[\"10.0.0.7\"]",
                "state",
                "powered-on",
                "created_at",
                held.since().toString(),
                "age",
                "1m0s",
                "base-image",
                "macos-15",
                "host",
                nameOf(slot / 2),
                "owner",
                OWNERS[slot % OWNERS.length],
                "phase",
                held.phase()));
  }

  private String host(int host) {
    int used = (slots[2 * host] == null ? 0 : 1) + (slots[2 * host + 1] == null ? 0 : 1);
    return json(
        Map.of(
            "type",
            "hosts",
            "id",
            "host-" + host,
            "name",
            nameOf(host),
            "state",
            host % 41 == 40 ? "cordoned" : "ready",
            "provider",
            host % 4 == 0 ? "arm" : "intel",
            "total",
            2,
            "used",
            used,
            "warm",
            0,
            "free",
            2 - used,
            "booted",
            "2026-01-01T00:00:00Z"));
  }

  private String capacity() {
    int used = (int) IntStream.range(0, SLOTS).filter(slot -> slots[slot] != null).count();
    return json(
        Map.of(
            "type", "capacity",
            "id", "pool",
            "slots", json(Map.of("total", SLOTS, "used", used, "warm", 0, "free", SLOTS - used)),
            "by-image", "[]",
            "by-host", "[]"));
  }

  private static String image() {
    return json(Map.of("type", "images", "id", "macos-15", "state", "ready"));
  }

  @Override
  public void close() {
    server.close();
  }
}
