package io.macpool.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.broker.BrokerJson;
import io.macpool.console.page.JobPages;
import io.macpool.console.page.PoolPages;
import io.macpool.console.page.QueuePage;
import io.macpool.console.page.WaitPages;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.ClusterState;
import io.macpool.console.watch.Histories;
import io.macpool.console.watch.HistoryKeeper;
import io.macpool.console.watch.Peers;
import io.macpool.console.watch.Poller;
import io.macpool.console.watch.PoolHistory;
import io.macpool.console.watch.QueueForecast;
import io.macpool.console.watch.Watched;
import io.macpool.core.Observed.Known;
import io.macpool.core.forecast.WaitForecast;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The addresses of the console. Each only reads. */
final class Routes {

  private static final Duration JUDGED_FOR = Duration.ofDays(7);

  private final Vertx vertx;
  private final Poller<BrokerState> broker;
  private final Optional<Poller<ClusterState>> clusters;
  private final PoolHistory history;
  private final HistoryKeeper keeper;
  private final QueueForecast forecast;
  private final JobPages jobs;
  private final String brokerAddress;
  private final Clock clock;

  Routes(
      Vertx vertx,
      Peers peers,
      Histories histories,
      JobPages jobs,
      String brokerAddress,
      Clock clock) {
    this.vertx = vertx;
    this.broker = peers.broker();
    this.clusters = peers.clusters();
    this.history = histories.recent();
    this.keeper = histories.kept();
    this.forecast = histories.forecast();
    this.jobs = jobs;
    this.brokerAddress = brokerAddress;
    this.clock = clock;
  }

  void mount(Router router) {
    asset(router, "style.css", "text/css; charset=utf-8");
    asset(router, "live.js", "text/javascript; charset=utf-8");
    page(router, "/", call -> PoolPages.pool(broker.current(), clock.instant()));
    page(router, "/wall", call -> PoolPages.wall(broker.current(), clock.instant()));
    page(
        router,
        "/why",
        call ->
            PoolPages.why(
                broker.current(),
                Optional.of(SlowAnswer.parameter(call, "image")).filter(name -> !name.isEmpty()),
                clock.instant()));
    page(
        router,
        "/queues",
        call ->
            QueuePage.of(
                clusters.map(Poller::current),
                broker.current(),
                forecasts(clock.instant()),
                keeper.coverage(clock.instant().minus(JUDGED_FOR)),
                clock.instant()));
    page(
        router,
        "/instances/:id",
        call ->
            PoolPages.instance(
                call.pathParam("id"),
                broker.current(),
                history.of(call.pathParam("id")),
                history.begin(),
                clock.instant()));
    page(
        router,
        "/jobs",
        call ->
            jobs.list(
                SlowAnswer.parameter(call, "state"),
                SlowAnswer.parameter(call, "q"),
                clock.instant()));
    page(router, "/jobs/:id", call -> jobs.one(call.pathParam("id"), now()));
    page(router, "/waiting", call -> WaitPages.all(jobs.withoutMac(), now()));
    page(router, "/waiting/:owner", call -> WaitPages.owner(call.pathParam("owner"), now()));
    router
        .get("/api/jobs")
        .handler(
            call ->
                SlowAnswer.give(
                    vertx,
                    call,
                    "application/json",
                    () ->
                        jobs.json(
                                SlowAnswer.parameter(call, "state"),
                                SlowAnswer.parameter(call, "q"))
                            .toString()));
    router
        .get("/api/forecasts")
        .handler(
            call -> {
              Instant since = clock.instant().minus(JUDGED_FOR);
              SlowAnswer.give(
                  vertx,
                  call,
                  "application/json",
                  () -> QueuePage.json(keeper.coverage(since), since).toString());
            });
    api(router, "hosts", BrokerState::hosts);
    api(router, "instances", BrokerState::instances);
    api(router, "capacity", BrokerState::capacity);
    api(router, "images", BrokerState::images);
    router
        .get("/api/clusters")
        .handler(
            call -> {
              Watched<ClusterState> known =
                  clusters.map(Poller::current).orElseGet(() -> Watched.notYet(clock.instant()));
              answer(call, known, "the Kubernetes API", ClusterState::json);
            });
  }

  private WaitPages.Now now() {
    Instant now = clock.instant();
    return new WaitPages.Now(broker.current(), clusters.map(Poller::current), forecasts(now), now);
  }

  private Map<String, WaitForecast> forecasts(Instant now) {
    return clusters
        .flatMap(each -> each.current().last())
        .map(
            known -> forecast.ofNext(known.value(), broker.current().last().map(Known::value), now))
        .orElse(Map.of());
  }

  /** On another thread: history and forecasts may take a while. */
  private void page(Router router, String path, Function<RoutingContext, String> page) {
    router
        .get(path)
        .handler(
            call ->
                SlowAnswer.give(vertx, call, "text/html; charset=utf-8", () -> page.apply(call)));
  }

  private static void asset(Router router, String name, String type) {
    String text = read(name);
    router
        .get("/web/" + name)
        .handler(call -> call.response().putHeader("Content-Type", type).end(text));
  }

  private static String read(String name) {
    try (InputStream in = Routes.class.getResourceAsStream("web/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the jar lacks " + name, e);
    }
  }

  private void api(Router router, String name, Function<BrokerState, Object> part) {
    router
        .get("/api/" + name)
        .handler(call -> answer(call, broker.current(), "GET " + brokerAddress + "/" + name, part));
  }

  /** What a peer said last, with when it did, and whether it still does. */
  private static <T> void answer(
      RoutingContext call, Watched<T> watched, String source, Function<T, Object> part) {
    ObjectNode body = BrokerJson.mapper().createObjectNode();
    body.put("source", source).put("known", watched.isKnown());
    watched
        .trouble()
        .ifPresent(
            unknown ->
                body.put("unknownSince", unknown.since().toString()).put("cause", unknown.cause()));
    watched
        .last()
        .ifPresent(
            known -> {
              body.put("at", known.at().toString());
              body.set("data", BrokerJson.mapper().valueToTree(part.apply(known.value())));
            });
    try {
      call.response()
          .putHeader("Content-Type", "application/json")
          .end(BrokerJson.mapper().writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is JSON", e);
    }
  }
}
