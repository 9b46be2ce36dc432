package io.macpool.bench.console;

import io.macpool.bench.Benchmark;
import io.macpool.bench.Measurement;
import io.macpool.bench.Report;
import io.macpool.bench.Samples;
import io.macpool.console.history.Bucket;
import io.macpool.console.history.Grain;
import io.macpool.console.history.HistoryStore;
import io.macpool.console.history.HistoryStore.Minute;
import io.macpool.console.history.PoolObservation;
import io.macpool.console.history.Work;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.Recording;
import io.macpool.core.usage.Recording.HostSpan;
import io.macpool.core.usage.Recording.Occupation;
import io.macpool.core.usage.SlotUse;
import io.macpool.core.usage.UsageReport;
import io.macpool.core.usage.UsageReport.HostUsage;
import io.macpool.service.database.DatabaseAddress;
import io.macpool.service.setting.Secret;
import io.macpool.sim.peer.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A month's report, with its jobs' waits and outcomes, out of a year of 50,000 jobs a day on 175
 * hosts: embedded, and on PostgreSQL where the peer {@code postgresql} is.
 */
public final class ReportBenchmark implements Benchmark {

  private static final int HOSTS = 175;
  private static final int SLOTS = 2;
  private static final int JOBS_A_DAY = 50_000;
  private static final int DAYS = 365;
  private static final int QUEUES = 20;
  private static final int ROUNDS = 7;
  private static final Instant END = Instant.parse("2026-11-01T00:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  @Override
  public String name() {
    return "console.reports";
  }

  @Override
  public String about() {
    return "a month's report out of a year of 50,000 jobs a day on 175 hosts";
  }

  @Override
  public void run(Report report) throws Exception {
    Path folder = Files.createTempDirectory("console-history");
    try {
      measure("h2", DatabaseAddress.file(folder.resolve("history")), report);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
    Optional<String> peer = Peer.POSTGRESQL.location();
    if (peer.isEmpty()) {
      report.progress("not measured on PostgreSQL: set PEERS_POSTGRESQL to its URL");
      return;
    }
    DatabaseAddress postgres = DatabaseAddress.postgres(new Secret(peer.get()));
    try {
      measure("postgresql", postgres, report);
    } finally {
      drop(postgres);
    }
  }

  private static void drop(DatabaseAddress address) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                address.jdbcUrl(),
                address.user().orElse(null),
                address.password().map(Secret::reveal).orElse(null));
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA IF EXISTS macpool_console CASCADE");
    }
  }

  private static void measure(String where, DatabaseAddress address, Report report) {
    try (HistoryStore store = HistoryStore.open(address)) {
      fill(store);
      Period month = new Period(END.minus(DAY.multipliedBy(30)).plus(Duration.ofHours(5)), END);
      Samples samples = new Samples();
      for (int i = 0; i < ROUNDS; i++) {
        long begin = System.nanoTime();
        UsageReport read = store.report(month);
        Map<String, Work> work = store.work(month);
        samples.add(System.nanoTime() - begin);
        if (read.hosts().size() != HOSTS || work.size() != QUEUES) {
          throw new IllegalStateException("the history is not as it was written");
        }
      }
      report.add(
          Measurement.of("console.reports.month." + where, samples.millis(50), "ms").atMost(2000));
    }
  }

  private static void fill(HistoryStore store) {
    UsageReport day = of(new Period(END.minus(DAY), END));
    UsageReport hour = of(new Period(END.minus(Duration.ofHours(1)), END));
    for (int i = DAYS; i > 0; i--) {
      Instant from = END.minus(DAY.multipliedBy(i));
      Map<Bucket, UsageReport> reports = new HashMap<>();
      Map<Bucket, Map<String, Work>> work = new HashMap<>();
      reports.put(Bucket.of(Grain.DAY, from), moved(day, from));
      work.put(Bucket.of(Grain.DAY, from), work(JOBS_A_DAY));
      boolean byTheHour = DAY.multipliedBy(i).compareTo(HistoryStore.HOURS_KEPT) <= 0;
      for (int h = 0; byTheHour && h < 24; h++) {
        Bucket bucket = Bucket.of(Grain.HOUR, from.plus(Duration.ofHours(h)));
        reports.put(bucket, moved(hour, bucket.from()));
        work.put(bucket, work(JOBS_A_DAY / 24));
      }
      Instant last = from.plus(DAY);
      store.save(
          new Minute(
              new PoolObservation(
                  END.minus(DAY.multipliedBy(DAYS)),
                  last,
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of()),
              last,
              reports,
              work,
              Map.of(),
              List.of(),
              Map.of()));
    }
  }

  /** Each slot runs one job after the other, with a pause. */
  private static UsageReport of(Period period) {
    List<HostSpan> hosts = new ArrayList<>();
    List<Occupation> occupations = new ArrayList<>();
    Duration each = DAY.multipliedBy(HOSTS * SLOTS).dividedBy(JOBS_A_DAY);
    for (int host = 0; host < HOSTS; host++) {
      String name = "mac-" + host;
      hosts.add(new HostSpan(name, SLOTS, SlotUse.IDLE, period));
      for (int slot = 0; slot < SLOTS; slot++) {
        Instant at = period.from().plusSeconds(host);
        for (int job = 0; !at.plus(each).isAfter(period.to()); job++) {
          occupations.add(
              new Occupation(
                  name,
                  Optional.of("owner-" + (host + job) % 40),
                  SlotUse.BUSY,
                  new Period(at, at.plus(each.multipliedBy(4).dividedBy(5)))));
          at = at.plus(each);
        }
      }
    }
    return UsageReport.of(new Recording(period, hosts, occupations, List.of(), Map.of()));
  }

  private static UsageReport moved(UsageReport report, Instant from) {
    Duration by = Duration.between(report.period().from(), from);
    List<HostUsage> hosts =
        report.hosts().stream()
            .map(
                host ->
                    new HostUsage(
                        host.host(),
                        host.time(),
                        host.mostAtOnce(),
                        host.at().plus(by),
                        host.slots(),
                        host.unseen()))
            .toList();
    return new UsageReport(
        new Period(from, report.period().to().plus(by)),
        report.whole(),
        hosts,
        report.charges(),
        Map.of(),
        List.of());
  }

  private static Map<String, Work> work(int jobs) {
    Map<String, Work> work = new HashMap<>();
    for (int queue = 0; queue < QUEUES; queue++) {
      Work sum = Work.none();
      for (int job = 0; job < 60; job++) { // a histogram has no more lines for more jobs
        sum =
            sum.waited(Duration.ofSeconds(1L + (long) job * job + jobs / JOBS_A_DAY))
                .ended("passed");
      }
      work.put("queue-" + queue, sum.ended("failed"));
    }
    return work;
  }
}
