package io.macpool.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.macpool.broker.Instance;
import io.macpool.console.forecast.Coverage;
import io.macpool.console.forecast.ForecastGroup;
import io.macpool.console.forecast.ForecastLog;
import io.macpool.console.forecast.Wait;
import io.macpool.console.history.Grain;
import io.macpool.console.history.HistoryStore;
import io.macpool.console.jobs.JobHistory;
import io.macpool.console.jobs.JobState;
import io.macpool.console.jobs.WorkLog;
import io.macpool.console.watch.BrokerState;
import io.macpool.console.watch.HistoryKeeper;
import io.macpool.console.watch.PoolHistory;
import io.macpool.core.forecast.ForecastCalibration;
import io.macpool.core.forecast.Horizon;
import io.macpool.core.forecast.WaitForecast.Band;
import io.macpool.core.forecast.WaitForecast.Foretold;
import io.macpool.core.forecast.WaitForecast.NoGround;
import io.macpool.core.forecast.WaitReason;
import io.macpool.core.usage.CapacityReplay.Demand;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.SlotUse;
import io.macpool.core.usage.UsageReport;
import io.macpool.service.database.DatabaseAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a kept history promises, whatever keeps it. */
abstract class HistoryContract {

  static final Instant START = Instant.parse("2026-03-01T10:17:03.250467Z");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration KEPT = Duration.ofDays(90);

  private static final Foretold A_MINUTE =
      new Foretold(
          Duration.ofSeconds(60),
          Duration.ofSeconds(50),
          Duration.ofSeconds(70),
          new WaitReason.AtItsLimit(2),
          new Band(Duration.ofSeconds(50), Duration.ofSeconds(60), Duration.ofSeconds(70)),
          0);

  /** Moved by hand. */
  private Instant now = START;

  private final List<HistoryKeeper> keepers = new ArrayList<>();

  /** An empty database, the same for each call of a test. */
  abstract DatabaseAddress database();

  /** One run of a console. */
  final class Run implements AutoCloseable {
    final PoolHistory pool;
    final WorkLog work = new WorkLog();
    final ForecastLog forecasts = new ForecastLog();
    final JobHistory jobs = new JobHistory(100, work::hear);
    final HistoryKeeper keeper;

    Run(int mostRecords) {
      this(mostRecords, database());
    }

    Run(int mostRecords, DatabaseAddress address) {
      pool = new PoolHistory(HistoryStore.EXACT, mostRecords, now);
      keeper =
          new HistoryKeeper(
              address,
              new HistoryKeeper.Sources(pool, jobs, work, forecasts),
              KEPT,
              mostRecords,
              100,
              new Clock() {
                @Override
                public Instant instant() {
                  return now;
                }

                @Override
                public ZoneOffset getZone() {
                  return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                  return this;
                }
              });
      keepers.add(keeper);
      keeper.start(Duration.ofMillis(50));
      await().atMost(PATIENCE).until(keeper::isSettled);
    }

    /** Looks every ten seconds; of four instances each is there for so many looks. */
    void look(int looks) {
      for (int i = 0; i < looks; i++) {
        long round = now.getEpochSecond() / 70;
        Instance[] there =
            IntStream.range(0, 2)
                .mapToObj(
                    slot ->
                        FakePool.instance(
                            "vm-" + slot + "-" + round,
                            "mac-1",
                            slot == 0 ? "ios" : "tvos",
                            now.getEpochSecond() % 70 < 20 ? "cloned" : "ready",
                            false))
                .toArray(Instance[]::new);
        pool.observe(
            FakePool.state(
                List.of(FakePool.host("mac-1", "ready", 2), FakePool.host("mac-2", "ready", 0)),
                List.of(there)),
            now);
        now = now.plusSeconds(10);
      }
    }

    void save() {
      Instant last = pool.last();
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  pool.unsaved().stays().isEmpty()
                      && keeper.trouble().isEmpty()
                      && keeper.reaches(pool.decided())
                      && pool.last().equals(last));
    }

    @Override
    public void close() {
      keeper.close();
      keepers.remove(keeper);
    }
  }

  @AfterEach
  void end() {
    List.copyOf(keepers).forEach(HistoryKeeper::close);
  }

  @Test
  void aReportIsTheSameOutOfTheDatabaseAndAfterARestart() {
    UsageReport exact;
    Period period;
    List<Demand> load;
    try (Run all = new Run(100_000)) {
      // More than a day, so that there are a whole day, whole hours, and what memory has.
      all.look(6 * 60 * 25);
      period = new Period(START, all.pool.last());
      exact = UsageReport.of(all.pool.recording(period));
      all.save();
      load = all.pool.load(period);
    }
    assertThat(exact.whole().whole()).isGreaterThan(Duration.ofHours(99));

    try (Run again = new Run(40)) {
      assertThat(again.pool.begin()).as("memory has little").isAfter(START);
      UsageReport kept = again.keeper.report(new Period(hour(START), again.pool.last()));

      assertThat(kept.hosts())
          .usingRecursiveFieldByFieldElementComparatorIgnoringFields("unseen", "at")
          .isEqualTo(exact.hosts());
      assertThat(kept.hosts().get(0).at()).isEqualTo(exact.hosts().get(0).at());
      assertThat(kept.charges()).isEqualTo(exact.charges());
      assertThat(kept.whole()).isEqualTo(exact.whole());
      assertThat(kept.hosts().get(0).unseen())
          .as("the part of the first hour before the start")
          .isEqualTo(Duration.between(hour(START), START).truncatedTo(ChronoUnit.MILLIS));
      assertThat(again.keeper.load(period)).containsAll(load);
    }
  }

  private static Instant hour(Instant at) {
    return Grain.HOUR.floor(at);
  }

  @Test
  void whatRanOnWhileNobodyLookedIsOneStayAndTheTimeIsNotRecorded() {
    try (Run before = new Run(1000)) {
      before.pool.observe(one("ready"), now);
      now = now.plusSeconds(10);
      before.pool.observe(one("ready"), now);
      before.save();
    }
    Instant last = now;
    now = now.plus(Duration.ofHours(3));
    try (Run after = new Run(1000)) {
      after.pool.observe(one("ready"), now);
      Instant back = now;
      now = now.plusSeconds(10);
      after.pool.observe(
          FakePool.state(List.of(FakePool.host("mac-1", "ready", 0)), List.of()), now);
      after.save();
      assertThat(after.pool.of("vm"))
          .singleElement()
          .satisfies(
              stay -> assertThat(stay.occupation().period()).isEqualTo(new Period(START, now)));
      UsageReport report = after.keeper.report(new Period(START, now));
      assertThat(report.gaps())
          .singleElement()
          .satisfies(gap -> assertThat(gap.period()).isEqualTo(new Period(last, back)));
      assertThat(report.whole().of(SlotUse.UNRECORDED)).isEqualTo(Duration.ofHours(6));
    }
  }

  private static BrokerState one(String phase) {
    return FakePool.state(
        List.of(FakePool.host("mac-1", "ready", 1)),
        List.of(FakePool.instance("vm", "mac-1", "ios", phase, false)));
  }

  @Test
  void jobsWaitsAndOutcomesAreKeptAndCountedOnce() {
    JobState done = job(7, "passed", true);
    try (Run before = new Run(1000)) {
      before.jobs.hear(job(7, "started", false));
      before.look(2);
      before.save();
      before.jobs.hear(done);
    }
    try (Run after = new Run(1000)) {
      assertThat(after.jobs.find(7)).contains(done);
      after.jobs.hear(done);
      after.look(2);
      after.save();
      var work = after.keeper.work(new Period(START, now)).get("builds.ios");
      assertThat(work.waits().count()).isOne();
      assertThat(work.waits().figures().p50())
          .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(62));
      assertThat(work.outcomes()).isEqualTo(Map.of("passed", 1L));
    }
  }

  @Test
  void forecastsAreKeptUntilTheirWaitsComeAndCountedOnce() {
    try (Run before = new Run(1000)) {
      before.look(2);
      before.forecasts.tell("builds.ios", A_MINUTE, START);
      before.forecasts.tell("builds.tvos", new NoGround(new WaitReason.AtItsLimit(2)), START);
      before.forecasts.came(new Wait("builds.ios", START.plusSeconds(1), START.plusSeconds(66)));
    }
    try (Run after = new Run(1000)) {
      after.look(2);
      after.forecasts.came(new Wait("builds.ios", START.plusSeconds(2), START.plusSeconds(92)));
      after.forecasts.came(new Wait("builds.tvos", START.plusSeconds(2), START.plusSeconds(3)));
      after.save();
      assertThat(after.keeper.coverage(START))
          .isEqualTo(
              Map.of(
                  new ForecastGroup("builds.ios", Optional.of(Horizon.UNDER_5_MINUTES)),
                  new Coverage(2, 1, 0, Duration.ofSeconds(35), 0),
                  new ForecastGroup("builds.tvos", Optional.empty()),
                  new Coverage(0, 0, 0, Duration.ZERO, 1)));
      assertThat(after.keeper.coverage(START.plus(Duration.ofHours(1)))).isEmpty();
    }
  }

  @Test
  void whatForecastsWereOffByIsLearnedAgainAfterARestart() {
    JobState job = job(7, "passed", true);
    try (Run before = new Run(1000)) {
      before.look(2);
      before.forecasts.tell("builds.ios", A_MINUTE, START.minusSeconds(65));
      before.jobs.hear(job);
      before.forecasts.came(job.waited().orElseThrow());
      before.save();
    }
    try (Run after = new Run(1000)) {
      assertThat(after.forecasts.learned("builds.ios").coverage())
          .isEqualTo(new ForecastCalibration.Coverage(1, 1));
      assertThat(after.forecasts.take()).isEmpty();
    }
  }

  private static JobState job(long id, String state, boolean over) {
    return new JobState(
        id,
        state,
        over ? 2 : 1,
        "acme/app",
        "w-1",
        Optional.of("builds.ios"),
        Optional.of("4bf92f3577b34da6a3ce929d0e0e4736"),
        Optional.of("vm-1"),
        Optional.of(START.minusSeconds(60)),
        Optional.of(START),
        Optional.of(START.plusSeconds(5)),
        over ? Optional.of(START.plusSeconds(90)) : Optional.empty());
  }

  @Test
  void whatIsOlderThanItMayBeIsForgotten() {
    try (HistoryStore store = HistoryStore.open(database())) {
      try (Run run = new Run(1000)) {
        run.look(100);
        run.save();
      }
      Period period = new Period(hour(START), hour(START).plus(Duration.ofHours(1)));
      assertThat(store.report(period).hosts()).isNotEmpty();

      store.forget(START.plus(Duration.ofDays(2)), Duration.ofDays(30), 10);
      assertThat(store.report(period).hosts()).as("hours are kept for long").isNotEmpty();
      assertThat(store.seen(START, 100).orElseThrow().stays()).as("stays are not").isEmpty();

      store.forget(START.plus(Duration.ofDays(32)), Duration.ofDays(30), 10);
      assertThat(store.report(period).hosts()).isEmpty();
      assertThat(store.report(period).gaps()).isNotEmpty();
    }
  }
}
