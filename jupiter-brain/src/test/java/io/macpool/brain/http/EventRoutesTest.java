package io.macpool.brain.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.hygiene.HostHygiene;
import io.macpool.brain.lifecycle.slots.LiveInstances;
import io.macpool.core.fleet.Health;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Ownership;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Readers of {@code GET /events}, as many and as slow as they come. */
class EventRoutesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final LiveInstances live = new LiveInstances(Clock.systemUTC());
  private volatile Map<String, HostHygiene.Repair> repairs = Map.of();
  private volatile Inventory inventory = Inventory.EMPTY;
  private final AtomicLong versions = new AtomicLong();
  private HttpServer server;
  private HttpClient client;

  @BeforeEach
  void listen() throws Exception {
    Hypervisor hypervisor =
        (Hypervisor)
            Proxy.newProxyInstance(
                Hypervisor.class.getClassLoader(),
                new Class<?>[] {Hypervisor.class},
                (proxy, method, arguments) -> inventory);
    InstanceView view = new InstanceView(live, hypervisor, Duration.ofHours(2), Clock.systemUTC());
    Router router = Router.router(vertx);
    new EventRoutes(vertx, live, new EventFeed(live, view, hypervisor, () -> repairs), new Drain())
        .mount(router);
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    client = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(300));
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private Instance instance(String id, InstancePhase phase) {
    return new Instance(
        id,
        phase,
        Optional.of("xcode"),
        Ownership.of("ci"),
        Optional.of("host-1"),
        Instance.Size.AS_IMAGE,
        "broker-1",
        false,
        Health.UNPROVEN,
        versions.incrementAndGet(),
        Optional.empty(),
        NOW,
        NOW,
        "because");
  }

  private void ready(int instances) {
    IntStream.range(0, instances).forEach(i -> live.put(instance("i-" + i, InstancePhase.READY)));
  }

  /** What one reader has been told. */
  private final class Reader {
    private final Set<String> alive = new ConcurrentSkipListSet<>();
    private final Set<String> gone = new ConcurrentSkipListSet<>();
    private final StringBuilder rest = new StringBuilder();
    private final List<String> hosts = new CopyOnWriteArrayList<>();
    private final List<String> instances = new CopyOnWriteArrayList<>();
    private volatile boolean complete;
    private volatile boolean ended;
    private volatile int events;
    private volatile String lastId = "";
    private volatile HttpClientResponse response;

    private Reader(String lastEventId) {
      client
          .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/events")
          .compose(
              request -> {
                if (lastEventId != null) {
                  request.putHeader("Last-Event-ID", lastEventId);
                }
                return request.send();
              })
          .onSuccess(this::read);
    }

    private void read(HttpClientResponse answer) {
      response = answer;
      answer.endHandler(end -> ended = true);
      answer.exceptionHandler(broken -> ended = true);
      answer.handler(
          text -> {
            rest.append(text);
            int from = 0;
            for (int end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n", from)) {
              take(rest.substring(from, end));
              from = end + 2;
            }
            rest.delete(0, from);
          });
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one event loop writes, others only look
    private void take(String event) {
      if (event.startsWith(":")) {
        return;
      }
      events++;
      lastId = between(event, "\nid: ", "\n");
      if (event.startsWith("event: complete")) {
        complete = true;
        return;
      }
      if (event.startsWith("event: host\n")) {
        hosts.add(event.substring(event.indexOf("data: ") + "data: ".length()));
        return;
      }
      String id = between(event, "\"id\":\"", "\"");
      if (event.startsWith("event: gone")) {
        alive.remove(id);
        gone.add(id);
      } else {
        alive.add(id);
        instances.add(event.substring(event.indexOf("data: ") + "data: ".length()));
      }
    }
  }

  private static String between(String text, String before, String after) {
    int from = text.indexOf(before) + before.length();
    return text.substring(from, text.indexOf(after, from));
  }

  @Test
  void aHundredReadersHearOfTwoThousandInstances() {
    ready(2_000);
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      readers.add(new Reader(null));
    }
    await()
        .atMost(PATIENCE)
        .until(() -> readers.stream().allMatch(r -> r.complete && r.alive.size() == 2_000));
    live.put(instance("i-7", InstancePhase.GONE));
    await().atMost(PATIENCE).until(() -> readers.stream().allMatch(r -> r.gone.contains("i-7")));
    assertThat(readers).noneMatch(r -> r.ended);
  }

  /** The ledger no longer lists it: that is all that a replica learns of another's destroying. */
  @Test
  void whatAnotherReplicaDestroyedIsGoneHereToo() {
    ready(3);
    Reader reader = new Reader(null);
    await().atMost(PATIENCE).until(() -> reader.complete);
    live.refresh(
        List.of(instance("i-0", InstancePhase.READY), instance("i-2", InstancePhase.READY)),
        live.mark());
    await().atMost(PATIENCE).until(() -> reader.gone.equals(Set.of("i-1")));
    assertThat(reader.alive).containsExactly("i-0", "i-2");
  }

  @Test
  void whoComesBackGetsWhatItMissedAndNoMore() {
    ready(500);
    Reader first = new Reader(null);
    await().atMost(PATIENCE).until(() -> first.complete);
    first.response.request().reset();
    live.put(instance("i-1", InstancePhase.GONE));
    live.put(instance("i-2", InstancePhase.RECLAIMING));
    live.put(instance("new", InstancePhase.READY));
    Reader second = new Reader(first.lastId);
    await().atMost(PATIENCE).until(() -> second.events >= 3);
    assertThat(second.gone).containsExactly("i-1");
    assertThat(second.alive).containsExactly("i-2", "new");
    assertThat(second.complete).isFalse();
  }

  @Test
  void howFarARepairIsIsToldWithItsEndAndNotToWhoComesAfterIt() {
    ready(1);
    Reader reader = new Reader(null);
    await().atMost(PATIENCE).until(() -> reader.complete);
    repairs = Map.of("host-1", new HostHygiene.Repair("mac-1", "draining", "it is old"));
    String draining =
        "{\"type\":\"hosts\",\"id\":\"host-1\",\"name\":\"mac-1\",\"hygiene\":\"draining\","
            + "\"hygiene-reason\":\"it is old\"}";
    await().atMost(PATIENCE).until(() -> reader.hosts.equals(List.of(draining)));
    Reader late = new Reader(null);
    await().atMost(PATIENCE).until(() -> late.complete && late.hosts.equals(List.of(draining)));
    repairs = Map.of();
    String over = "{\"type\":\"hosts\",\"id\":\"host-1\",\"name\":\"mac-1\"}";
    await().atMost(PATIENCE).until(() -> reader.hosts.equals(List.of(draining, over)));
    Reader after = new Reader(null);
    await().atMost(PATIENCE).until(() -> after.complete);
    assertThat(after.hosts).isEmpty();
    assertThat(after.alive).containsExactly("i-0");
  }

  @Test
  void whereThereAreSeveralProvidersEachChangeTellsWhoseItIs() {
    Host host =
        new Host("host-1", "mac-1", true, false, Set.of(), Optional.empty(), Optional.empty());
    ready(1);
    Reader reader = new Reader(null);
    await().atMost(PATIENCE).until(() -> reader.complete);
    assertThat(reader.instances).singleElement().asString().doesNotContain("provider");
    inventory = new Inventory(1, Map.of("host-1", host.of("tart")), Map.of(), Map.of());
    repairs = Map.of("host-1", new HostHygiene.Repair("mac-1", "draining", "it is old"));
    String draining =
        "{\"type\":\"hosts\",\"id\":\"host-1\",\"name\":\"mac-1\",\"provider\":\"tart\","
            + "\"hygiene\":\"draining\",\"hygiene-reason\":\"it is old\"}";
    await().atMost(PATIENCE).until(() -> reader.hosts.equals(List.of(draining)));
    await().atMost(PATIENCE).until(() -> reader.instances.size() == 2);
    assertThat(reader.instances.get(1)).contains("\"host\":\"mac-1\"", "\"provider\":\"tart\"");
  }

  @Test
  void anIdOfAnotherReplicaOrNoneAtAllBringsEverything() {
    ready(10);
    for (String id : List.of("1234abcd-5", "-", "x", "99999999999999999999")) {
      Reader reader = new Reader(id);
      await().atMost(PATIENCE).until(() -> reader.complete);
      assertThat(reader.alive).as(id).hasSize(10);
    }
  }

  /** What it is told is true when it comes to read it, and it costs others nothing. */
  @Test
  void aSlowReaderHearsTheLastChangeOfEach() {
    ready(2_000);
    Reader slow = new Reader(null);
    await().atMost(PATIENCE).until(() -> slow.response != null);
    slow.response.pause();
    Set<String> left = new TreeSet<>();
    for (int i = 0; i < 2_000; i++) {
      boolean goes = i % 2 == 0;
      live.put(instance("i-" + i, goes ? InstancePhase.GONE : InstancePhase.RECLAIMING));
      if (!goes) {
        left.add("i-" + i);
      }
    }
    Reader quick = new Reader(null);
    await().atMost(PATIENCE).until(() -> quick.complete && quick.alive.equals(left));
    slow.response.resume();
    await().atMost(PATIENCE).until(() -> slow.complete && slow.alive.equals(left));
  }
}
