package io.macpool.console.history;

import io.macpool.console.forecast.Coverage;
import io.macpool.console.forecast.ForecastGroup;
import io.macpool.console.forecast.ForecastLog;
import io.macpool.console.forecast.IssuedForecast;
import io.macpool.core.usage.CapacityReplay.Demand;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.Recording;
import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.UsageReport;
import io.macpool.service.database.DatabaseAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The history in its database. Thread-safe; each method waits for the database. */
public final class HistoryStore implements AutoCloseable {

  /** How long stays and hosts are kept exactly. */
  public static final Duration EXACT = Duration.ofHours(26);

  /** How long there are reports of hours; of days there are for as long as the history goes. */
  public static final Duration HOURS_KEPT = Duration.ofDays(35);

  /**
   * What a minute adds.
   *
   * @param seen what it says of the past are only those stays, spans and gaps that are new
   * @param compacted up to when {@code reports} go
   * @param work counts of whole hours and days, each in place of what was kept of it
   * @param jobs by id, as they were told
   * @param told what was foretold
   * @param coverage counts by hour, to be added to what is kept of it
   */
  public record Minute(
      PoolObservation seen,
      Instant compacted,
      Map<Bucket, UsageReport> reports,
      Map<Bucket, Map<String, Work>> work,
      Map<Long, String> jobs,
      List<IssuedForecast> told,
      Map<Instant, Map<ForecastGroup, Coverage>> coverage) {}

  private final HistoryDatabase database;

  private HistoryStore(HistoryDatabase database) {
    this.database = database;
  }

  /**
   * Connects, and brings the tables to this version.
   *
   * @throws HistoryException if the database is not there, or is full, or another's
   */
  public static HistoryStore open(DatabaseAddress address) {
    return new HistoryStore(HistoryDatabase.open(address));
  }

  /** Writes what is new: all of it, or nothing. */
  public void save(Minute minute) {
    database.write(
        "write the history",
        handle -> {
          SeenRows.save(handle, minute.seen(), minute.compacted());
          LoadRows.save(handle, minute.seen().last(), minute.seen().stays());
          minute.reports().forEach((bucket, report) -> ReportRows.save(handle, bucket, report));
          minute.work().forEach((bucket, work) -> WorkRows.save(handle, bucket, work));
          JobRows.save(handle, minute.jobs(), minute.seen().last());
          ForecastRows.save(handle, minute.told());
          minute.coverage().forEach((hour, counts) -> ForecastRows.add(handle, hour, counts));
        });
  }

  /** Forgets what is older than it has to be. */
  public void forget(Instant now, Duration kept, int jobs) {
    database.write(
        "shorten the history",
        handle -> {
          Duration exact = kept.compareTo(EXACT) < 0 ? kept : EXACT;
          Duration hours = kept.compareTo(HOURS_KEPT) < 0 ? kept : HOURS_KEPT;
          SeenRows.forget(handle, now.minus(exact), now.minus(kept));
          LoadRows.forget(handle, now.minus(kept));
          ReportRows.forget(handle, Grain.HOUR, now.minus(hours));
          ReportRows.forget(handle, Grain.DAY, now.minus(kept));
          WorkRows.forget(handle, Grain.HOUR, now.minus(hours));
          WorkRows.forget(handle, Grain.DAY, now.minus(kept));
          JobRows.forget(handle, jobs);
          ForecastRows.forget(handle, now.minus(ForecastLog.KEPT), now.minus(hours));
        });
  }

  /** What was seen, at most so many stays of it; empty if nothing was kept yet. */
  public Optional<PoolObservation> seen(Instant now, int most) {
    return database.read(
        "read the history", handle -> SeenRows.load(handle, now.minus(EXACT), most));
  }

  /** Up to when there are reports; empty if nothing was kept yet. */
  public Optional<Instant> compacted() {
    return database.read("read how far the history goes", SeenRows::compacted);
  }

  /** The report of one hour or day, as far as it goes. */
  public Optional<UsageReport> report(Bucket bucket) {
    return database.read("read a report", handle -> ReportRows.load(handle, bucket));
  }

  /** All gaps that reach into a period. */
  public List<Gap> gaps(Period period) {
    return database.read("read the gaps", handle -> SeenRows.gaps(handle, period));
  }

  /** Jobs as they were told, the one heard of first before the others. */
  public List<String> jobs(int most) {
    return database.read("read the jobs", handle -> JobRows.load(handle, most));
  }

  /** Counts of one hour or day, by queue. */
  public Map<String, Work> work(Bucket bucket) {
    return database.read(
        "read waits and outcomes", handle -> WorkRows.load(handle, bucket.grain(), bucket.from()));
  }

  /** Counts of a period that begins and ends with an hour. */
  public Map<String, Work> work(Period period) {
    return database.read(
        "read waits and outcomes",
        handle -> {
          Map<String, Work> sum = new HashMap<>();
          Instant at = period.from();
          while (at.isBefore(period.to())) {
            boolean wholeDay =
                Grain.DAY.floor(at).equals(at) && !at.plus(Grain.DAY.length()).isAfter(period.to());
            Grain grain = wholeDay ? Grain.DAY : Grain.HOUR;
            WorkRows.load(handle, grain, at)
                .forEach((queue, work) -> sum.merge(queue, work, Work::plus));
            at = at.plus(grain.length());
          }
          return sum;
        });
  }

  /** What was foretold since then. */
  public List<IssuedForecast> told(Instant oldest) {
    return database.read("read the forecasts", handle -> ForecastRows.load(handle, oldest));
  }

  /** How often forecasts held, of waits that ended in the hours of a period. */
  public Map<ForecastGroup, Coverage> coverage(Period hours) {
    return database.read(
        "read how forecasts held", handle -> ForecastRows.load(handle, hours.from(), hours.to()));
  }

  /** What needed a slot in a period, the last of it, at most so many. */
  public List<Demand> load(Period period, int most) {
    return database.read("read the load", handle -> LoadRows.load(handle, period, most));
  }

  /**
   * A period's report, out of those of days and hours.
   *
   * @param period beginning with an hour, or with a day where no hours are kept; it ends with one,
   *     or where the reports end
   */
  public UsageReport report(Period period) {
    return database.read(
        "read the reports",
        handle -> {
          List<UsageReport> parts = new ArrayList<>();
          Instant at = period.from();
          for (ReportRows.Kept kept : ReportRows.within(handle, period)) {
            if (kept.period().from().isBefore(at)) {
              continue; // an hour of a day that is there
            }
            if (kept.period().from().isAfter(at)) {
              parts.add(unknown(new Period(at, kept.period().from())));
            }
            parts.add(ReportRows.load(handle, kept));
            at = kept.period().to();
          }
          if (at.isBefore(period.to()) || parts.isEmpty()) {
            parts.add(unknown(new Period(at, period.to())));
          }
          UsageReport joined = UsageReport.joined(parts);
          List<Gap> gaps = new ArrayList<>(joined.gaps());
          gaps.addAll(SeenRows.gaps(handle, period));
          UsageReport known =
              UsageReport.of(new Recording(joined.period(), List.of(), List.of(), gaps, Map.of()));
          return new UsageReport(
              joined.period(),
              joined.whole(),
              joined.hosts(),
              joined.charges(),
              Map.of(),
              known.gaps());
        });
  }

  /** A part of a period of which nothing is kept. */
  public static UsageReport unknown(Period period) {
    return UsageReport.of(
        new Recording(
            period,
            List.of(),
            List.of(),
            List.of(new Gap(period, "nothing is kept of that time")),
            Map.of()));
  }

  @Override
  public void close() {
    database.close();
  }
}
