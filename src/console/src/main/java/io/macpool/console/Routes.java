package io.macpool.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.broker.BrokerJson;
import io.macpool.broker.HostInfo;
import io.macpool.console.page.JobPages;
import io.macpool.console.page.PoolPages;
import io.macpool.console.page.QueuePage;
import io.macpool.console.page.Reports;
import io.macpool.console.page.WhatIf;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.ClusterState;
import io.macpool.console.watch.HistoryKeeper;
import io.macpool.console.watch.Poller;
import io.macpool.console.watch.PoolHistory;
import io.macpool.console.watch.QueueForecast;
import io.macpool.console.watch.Watched;
import io.macpool.core.GoDuration;
import io.macpool.core.Observed.Known;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.usage.CapacityReplay;
import io.macpool.core.usage.CapacityReplay.Demand;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.UsageReport;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The addresses of the console. Each only reads. */
final class Routes {

  private static final Duration JUDGED_FOR = Duration.ofDays(7);
  private static final Duration USUAL_PERIOD = Duration.ofHours(24);
  private static final int[] OTHER_SLOTS = {-20, -10, -4, -2, 0, 2, 4, 10, 20};

  private final Vertx vertx;
  private final Poller<BrokerState> broker;
  private final Optional<Poller<ClusterState>> clusters;
  private final PoolHistory history;
  private final HistoryKeeper keeper;
  private final QueueForecast forecast;
  private final JobPages jobs;
  private final int licensed;
  private final String brokerAddress;
  private final Clock clock;

  Routes(
      Vertx vertx,
      Poller<BrokerState> broker,
      Optional<Poller<ClusterState>> clusters,
      PoolHistory history,
      HistoryKeeper keeper,
      QueueForecast forecast,
      JobPages jobs,
      int licensed,
      String brokerAddress,
      Clock clock) {
    this.vertx = vertx;
    this.broker = broker;
    this.clusters = clusters;
    this.history = history;
    this.keeper = keeper;
    this.forecast = forecast;
    this.jobs = jobs;
    this.licensed = licensed;
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
                Optional.ofNullable(call.request().getParam("image")),
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
        call -> jobs.list(parameter(call, "state"), parameter(call, "q"), clock.instant()));
    page(router, "/jobs/:id", call -> jobs.one(call.pathParam("id"), clock.instant()));
    router
        .get("/api/jobs")
        .handler(
            call ->
                answerSlowly(
                    call,
                    "application/json",
                    () -> jobs.json(parameter(call, "state"), parameter(call, "q")).toString()));
    router
        .get("/api/forecasts")
        .handler(
            call -> {
              Instant since = clock.instant().minus(JUDGED_FOR);
              answerSlowly(
                  call,
                  "application/json",
                  () -> QueuePage.json(keeper.coverage(since), since).toString());
            });
    report(router, "/reports", "text/html; charset=utf-8", this::reportPage);
    report(
        router,
        "/reports.csv",
        "text/csv; charset=utf-8",
        (call, period) -> Reports.csv(keeper.report(period), keeper.work(period)));
    report(
        router,
        "/reports.json",
        "application/json",
        (call, period) -> Reports.json(keeper.report(period), keeper.work(period)).toString());
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

  private Map<String, WaitForecast> forecasts(Instant now) {
    return clusters
        .flatMap(each -> each.current().last())
        .map(
            known -> forecast.ofNext(known.value(), broker.current().last().map(Known::value), now))
        .orElse(Map.of());
  }

  private static String parameter(RoutingContext call, String name) {
    return Optional.ofNullable(call.request().getParam(name)).orElse("");
  }

  /** On another thread: history and forecasts may take a while. */
  private void page(Router router, String path, Function<RoutingContext, String> page) {
    router
        .get(path)
        .handler(call -> answerSlowly(call, "text/html; charset=utf-8", () -> page.apply(call)));
  }

  private void answerSlowly(RoutingContext call, String type, Callable<String> answer) {
    vertx
        .executeBlocking(answer, false)
        .onSuccess(text -> call.response().putHeader("Content-Type", type).end(text))
        .onFailure(call::fail);
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

  private void report(
      Router router, String path, String type, BiFunction<RoutingContext, Period, String> report) {
    router
        .get(path)
        .handler(
            call -> {
              Period period;
              try {
                period = period(call);
              } catch (IllegalArgumentException e) {
                call.response()
                    .setStatusCode(400)
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .end("from and to are instants like 2026-03-01T00:00:00Z, last is like 24h");
                return;
              }
              answerSlowly(call, type, () -> report.apply(call, period));
            });
  }

  private Period period(RoutingContext call) {
    Instant now = clock.instant();
    String from = call.request().getParam("from");
    String to = call.request().getParam("to");
    String last = call.request().getParam("last");
    try {
      Instant end = to == null ? now : Instant.parse(to);
      if (from != null) {
        return new Period(Instant.parse(from), end);
      }
      Duration length = last == null ? USUAL_PERIOD : GoDuration.parse(last);
      return new Period(end.minus(length), end);
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("no period", e);
    }
  }

  private String reportPage(RoutingContext call, Period period) {
    UsageReport report = keeper.report(period);
    String query = "from=" + report.period().from() + "&to=" + report.period().to();
    return Reports.page(
        report,
        keeper.work(report.period()),
        keeper.trouble(),
        licensed,
        whatIf(hosts(parameter(call, "hosts")), keeper.load(report.period())),
        query);
  }

  private static int hosts(String text) {
    return text.matches("-?[0-9]{1,3}")
        ? Math.max(-WhatIf.MOST_HOSTS, Math.min(WhatIf.MOST_HOSTS, Integer.parseInt(text)))
        : 0;
  }

  private WhatIf whatIf(int more, List<Demand> load) {
    Optional<BrokerState> state = broker.current().last().map(Known::value);
    if (state.isEmpty() || load.isEmpty()) {
      return new WhatIf(more, Optional.empty(), List.of());
    }
    int slots = state.get().capacity().slots().total();
    int asked = slots + more * slotsOfHost(state.get());
    List<CapacityReplay> others = new ArrayList<>();
    for (int other : OTHER_SLOTS) {
      if (slots + other > 0) {
        others.add(CapacityReplay.of(load, slots + other));
      }
    }
    return new WhatIf(
        more, asked > 0 ? Optional.of(CapacityReplay.of(load, asked)) : Optional.empty(), others);
  }

  /** What a host more would have: as many as most have. */
  private int slotsOfHost(BrokerState state) {
    return state.hosts().stream()
        .collect(Collectors.groupingBy(HostInfo::total, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(licensed);
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
