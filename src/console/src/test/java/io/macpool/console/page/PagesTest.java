package io.macpool.console.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.console.FakePool;
import io.macpool.console.forecast.Coverage;
import io.macpool.console.forecast.ForecastGroup;
import io.macpool.console.history.Work;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.ClusterState;
import io.macpool.console.watch.ClusterState.Cluster;
import io.macpool.console.watch.ClusterState.Grant;
import io.macpool.console.watch.ClusterState.Pool;
import io.macpool.console.watch.PoolHistory;
import io.macpool.console.watch.QueueForecast;
import io.macpool.console.watch.Watched;
import io.macpool.core.forecast.ForecastCalibration;
import io.macpool.core.forecast.Horizon;
import io.macpool.core.forecast.WaitForecast;
import io.macpool.core.forecast.WaitReason;
import io.macpool.core.usage.CapacityReplay;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.Recording;
import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PagesTest {

  private static final Instant NOW = FakePool.NOW;
  private static final String HOSTILE = "\"><script>alert('x')</script>&=cmd()";

  private static final BrokerState STATE =
      FakePool.state(
          List.of(FakePool.host("mac-1", "ready", 2), FakePool.host("mac-2", "draining", 0)),
          List.of(
              FakePool.instance("vm-1", "mac-1", "ios", "ready", false),
              FakePool.instance("vm-2", "mac-1", "ios", "cloned", false)));

  @Test
  void theGridShowsEverySlotAndTheirWords() {
    PoolGrid grid = PoolGrid.of(STATE);

    assertThat(grid.rows().get(0).cells())
        .extracting(PoolGrid.Cell::use)
        .containsExactly("busy", "booting");
    assertThat(grid.rows().get(1).cells())
        .extracting(PoolGrid.Cell::use)
        .containsExactly("cordoned", "cordoned");
    assertThat(grid.rows().get(0).cells().get(0).title(NOW))
        .as("the age is last, where a browser finds it")
        .isEqualTo("mac-1: in use, image macos-15, owner ios, vm-1, for 5 min");
    assertThat(PoolPages.pool(FakePool.known(STATE), NOW))
        .contains("href=\"/instances/vm-1\"")
        .contains("The broker answers.")
        .doesNotContain("style=");
  }

  @Test
  void aHostIsNamedByItsFirstPartAndAnAddressIsNotCut() {
    assertThat(PoolGrid.shortName("mac-1.example.com")).isEqualTo("mac-1");
    assertThat(PoolGrid.shortName("mac-1")).isEqualTo("mac-1");
    assertThat(PoolGrid.shortName("10.0.0.7")).isEqualTo("10.0.0.7");
  }

  @Test
  void anInstanceTooManyIsShown() {
    BrokerState crowded =
        FakePool.state(
            List.of(FakePool.host("mac-1", "ready", 2)),
            List.of(
                FakePool.instance("a", "mac-1", "ios", "ready", false),
                FakePool.instance("b", "mac-1", "ios", "ready", false),
                FakePool.instance("c", "mac-1", "ios", "ready", false)));

    assertThat(PoolGrid.of(crowded).rows().get(0).cells())
        .extracting(PoolGrid.Cell::use)
        .containsExactly("busy", "busy", "over");
  }

  @Test
  void aBrokerThatIsAwayIsToldWithItsAge() {
    Watched<BrokerState> away =
        FakePool.known(STATE)
            .failed("no answer in time", Duration.ofSeconds(4), NOW.plusSeconds(9));

    assertThat(PoolPages.pool(away, NOW.plusSeconds(90)))
        .contains("The broker is away since 2026-03-01T12:00:00Z (1 min): no answer in time.")
        .contains("class=\"stale\"");
    assertThat(PoolPages.wall(Watched.notYet(NOW), NOW)).contains("not asked yet");
  }

  @Test
  void everyHostHasAReasonOfItsOwn() {
    assertThat(WaitCauses.summary(STATE))
        .isEqualTo("2 hosts: 1 draining, 1 full. A create would not wait: 2 slots are free.");
    assertThat(PoolPages.why(FakePool.known(STATE), Optional.of("windows"), NOW))
        .contains("it is full: 2 of 2 slots in use, 0 warm")
        .contains("draining: somebody wanted it so")
        .contains("The pool has no image windows: a create of it is refused.");
  }

  @Test
  void whateverOthersChooseIsEscaped() {
    BrokerState state =
        FakePool.state(
            List.of(FakePool.host(HOSTILE, HOSTILE, 1)),
            List.of(FakePool.instance(HOSTILE, HOSTILE, HOSTILE, "ready", false)));
    Watched<BrokerState> broker = FakePool.known(state);
    PoolHistory history = new PoolHistory(Duration.ofHours(1), 100, NOW);
    history.observe(state, NOW);
    history.observe(state, NOW.plusSeconds(10));
    Period period = new Period(NOW, NOW.plusSeconds(10));
    UsageReport report = UsageReport.of(history.recording(period));
    ClusterState clusters =
        new ClusterState(
            List.of(
                new Cluster(
                    HOSTILE,
                    Optional.of(1),
                    Optional.of(1),
                    Optional.of(1),
                    Optional.of(HOSTILE),
                    Optional.of(3L),
                    Optional.of("pool"),
                    List.of(HOSTILE))),
            List.of());
    List<String> pages = new ArrayList<>();
    pages.add(PoolPages.pool(broker, NOW));
    pages.add(PoolPages.wall(broker.failed(HOSTILE, Duration.ZERO, NOW.plusSeconds(1)), NOW));
    pages.add(PoolPages.why(broker, Optional.of(HOSTILE), NOW));
    pages.add(PoolPages.instance(HOSTILE, broker, history.of(HOSTILE), NOW, NOW));
    pages.add(
        QueuePage.of(
            Optional.of(Watched.<ClusterState>notYet(NOW).answered(clusters, NOW)),
            broker,
            Map.of(HOSTILE, new WaitForecast.NoGround(new WaitReason.QueueUnknown(HOSTILE, NOW))),
            Map.of(new ForecastGroup(HOSTILE, Optional.empty()), Coverage.none()),
            NOW));
    WaitPages.Now known =
        new WaitPages.Now(
            broker,
            Optional.of(Watched.<ClusterState>notYet(NOW).answered(clusters, NOW)),
            Map.of(),
            NOW);
    pages.add(WaitPages.owner(HOSTILE, known));
    pages.add(WaitPages.all(List.of(), known));
    pages.add(
        Reports.page(
            report, Map.of(HOSTILE, Work.none()), Optional.empty(), 2, WhatIf.none(), "last=1h"));

    assertThat(pages)
        .allSatisfy(
            page ->
                assertThat(page)
                    .contains("&lt;script&gt;")
                    .doesNotContain("<script>")
                    .doesNotContain("alert('"));
    assertThat(Reports.csv(report, Map.of()))
        .as("no formula, and one cell")
        .contains("\"\"\"><script>alert('x')</script>&=cmd()\"");
  }

  @Test
  void aReportHasTheSameFiguresInEachForm() {
    PoolHistory history = new PoolHistory(Duration.ofHours(3), 100, NOW);
    for (int i = 0; i <= 360; i++) {
      history.observe(STATE, NOW.plusSeconds(10L * i));
    }
    UsageReport report =
        UsageReport.of(history.recording(new Period(NOW, NOW.plus(Duration.ofHours(1)))));

    assertThat(Reports.csv(report, Map.of()))
        .contains("\"pool\",\"\",\"busy-slot-hours\",\"1.00\"")
        .contains("\"licence\",\"mac-1\",\"most-at-once\",\"2\"")
        .contains("\"owner\",\"ios\",\"own-slot-hours\",\"2.00\"");
    assertThat(Reports.json(report, Map.of()).path("slotHours").path("cordoned").asDouble())
        .isEqualTo(2);
    assertThat(
            Reports.page(
                report,
                Map.of(),
                Optional.empty(),
                2,
                new WhatIf(
                    -1,
                    Optional.of(CapacityReplay.of(List.of(), 2)),
                    List.of(CapacityReplay.of(List.of(), 4))),
                "last=1h"))
        .contains(">2.00</a>")
        .contains("Licence: 2 VMs on a host at once")
        .contains("With 1 host fewer (2 slots): half of 0 waits")
        .contains("name=\"hosts\" min=\"-20\" max=\"20\" value=\"-1\"");
  }

  @Test
  void aFormulaInAnOwnersNameIsText() {
    assertThat(
            Reports.csv(
                UsageReport.of(
                    new Recording(
                        new Period(NOW, NOW.plusSeconds(60)),
                        List.of(),
                        List.of(),
                        List.of(new Gap(new Period(NOW, NOW.plusSeconds(60)), " =1+1")),
                        Map.of())),
                Map.of()))
        .contains("\"gap\",\"' =1+1\"");
  }

  @Test
  void aQueueIsForetoldWithItsReasonOrSaysThatItIsNot() {
    Cluster cluster =
        new Cluster(
            "ios",
            Optional.of(10),
            Optional.of(2),
            Optional.of(2),
            Optional.of("builds.ios"),
            Optional.of(5L),
            Optional.of("macs"),
            List.of());
    ClusterState state =
        new ClusterState(
            List.of(cluster),
            List.of(
                new Pool(
                    "macs", Optional.of(4), Optional.of(4), List.of(new Grant("ios", 9, 2, 2)))));
    List<Duration> runTimes = Collections.nCopies(20, Duration.ofMinutes(10));

    assertThat(
            QueuePage.words(
                QueueForecast.at(
                    4,
                    cluster,
                    state.grantOf(cluster),
                    Optional.of(STATE),
                    runTimes,
                    ForecastCalibration.none(),
                    NOW)))
        .isEqualTo(
            "in about 15 min, nine times of ten within 15 min to 15 min: its share of the pool is 2"
                + " of the 9 slots that it wants");
    Cluster dark =
        new Cluster(
            "ios",
            Optional.empty(),
            Optional.of(2),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());
    assertThat(
            QueuePage.words(
                QueueForecast.at(
                    1,
                    dark,
                    Optional.empty(),
                    Optional.empty(),
                    runTimes,
                    ForecastCalibration.none(),
                    NOW)))
        .startsWith("no ground for a forecast: the queue is unknown");
  }

  @Test
  void aPageTellsHowItsForecastsHeldAndWhereThereWereNone() {
    assertThat(QueuePage.words(Coverage.none())).contains("no wait was compared");
    assertThat(QueuePage.words(new Coverage(0, 0, 0, Duration.ZERO, 7)))
        .contains("no ground for a forecast of any of 7 waits");
    Coverage many = new Coverage(1250, 1120, 30, Duration.ofHours(9), 3);
    assertThat(QueuePage.words(many))
        .isEqualTo(
            "Last 7 days: the 90 % band held 89.6 % of 1,250 waits; of 3 more there was no ground"
                + " for a forecast.");
    Map<ForecastGroup, Coverage> coverage =
        Map.of(
            new ForecastGroup("ios", Optional.of(Horizon.UNDER_5_MINUTES)),
            many,
            new ForecastGroup("tvos", Optional.of(Horizon.LONGER)),
            new Coverage(29, 29, 0, Duration.ZERO, 0));
    assertThat(
            QueuePage.of(
                Optional.of(
                    Watched.<ClusterState>notYet(NOW)
                        .answered(new ClusterState(List.of(), List.of()), NOW)),
                FakePool.known(STATE),
                Map.of(),
                coverage,
                NOW))
        .contains("under 5 min")
        .contains("too few to say");
    assertThat(QueuePage.json(coverage, NOW).toString()).contains("\"late\":100");
  }
}
