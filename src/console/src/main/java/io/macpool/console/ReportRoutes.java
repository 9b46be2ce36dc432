package io.macpool.console;

import io.macpool.broker.HostInfo;
import io.macpool.console.page.Reports;
import io.macpool.console.page.WhatIf;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.HistoryKeeper;
import io.macpool.console.watch.Poller;
import io.macpool.core.GoDuration;
import io.macpool.core.Observed.Known;
import io.macpool.core.usage.CapacityReplay;
import io.macpool.core.usage.CapacityReplay.Demand;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.UsageReport;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** {@code /reports}: what the pool did in a period that the call names. */
final class ReportRoutes {

  private static final Duration USUAL_PERIOD = Duration.ofHours(24);
  private static final int[] OTHER_SLOTS = {-20, -10, -4, -2, 0, 2, 4, 10, 20};

  private final Vertx vertx;
  private final Poller<BrokerState> broker;
  private final HistoryKeeper keeper;
  private final int licensed;
  private final Clock clock;

  /**
   * @param licensed slots of a host that nobody tells of
   */
  ReportRoutes(
      Vertx vertx, Poller<BrokerState> broker, HistoryKeeper keeper, int licensed, Clock clock) {
    this.vertx = vertx;
    this.broker = broker;
    this.keeper = keeper;
    this.licensed = licensed;
    this.clock = clock;
  }

  void mount(Router router) {
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
              SlowAnswer.give(vertx, call, type, () -> report.apply(call, period));
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
        whatIf(hosts(SlowAnswer.parameter(call, "hosts")), keeper.load(report.period())),
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
}
