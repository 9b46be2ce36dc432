package io.macpool.console.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.console.forecast.Coverage;
import io.macpool.console.forecast.ForecastGroup;
import io.macpool.console.forecast.ForecastLog;
import io.macpool.console.forecast.IssuedForecast;
import io.macpool.console.history.Bucket;
import io.macpool.console.history.Grain;
import io.macpool.console.history.HistoryException;
import io.macpool.console.history.HistoryStore;
import io.macpool.console.history.HistoryStore.Minute;
import io.macpool.console.history.PoolObservation;
import io.macpool.console.history.Work;
import io.macpool.console.jobs.JobHistory;
import io.macpool.console.jobs.JobState;
import io.macpool.console.jobs.WorkLog;
import io.macpool.core.usage.CapacityReplay.Demand;
import io.macpool.core.usage.Period;
import io.macpool.core.usage.Recording.Gap;
import io.macpool.core.usage.UsageReport;
import io.macpool.service.database.DatabaseAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in a database what is seen, minute by minute, and reads from it what is older than memory.
 * While the database is away, or its disk is full, what is new waits in memory, within its bounds;
 * whoever asks is told, and gets what is known without it. Thread-safe.
 */
public final class HistoryKeeper implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HistoryKeeper.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_DEMANDS = 300_000;
  private static final Duration FORGET_EVERY = Duration.ofHours(1);
  private static final Duration END_WITHIN = Duration.ofSeconds(5);

  /** Why the history is not kept, and since when. */
  public record Trouble(Instant since, String cause) {}

  /** What was seen, told and counted, which is to be kept. */
  public record Sources(PoolHistory pool, JobHistory jobs, WorkLog work, ForecastLog forecasts) {}

  private final DatabaseAddress address;
  private final Sources from;
  private final Duration kept;
  private final int mostRecords;
  private final int mostJobs;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "history");
            thread.setDaemon(true);
            return thread;
          });
  private volatile @Nullable HistoryStore store;
  private volatile boolean settled;
  private volatile @Nullable Trouble trouble;
  private volatile @Nullable Instant compacted;
  private Instant forgotten = Instant.EPOCH;

  /**
   * Does not connect yet.
   *
   * @param kept how old the oldest may be
   * @param mostRecords stays that are read into memory
   * @param mostJobs jobs that are kept
   */
  public HistoryKeeper(
      DatabaseAddress address,
      Sources from,
      Duration kept,
      int mostRecords,
      int mostJobs,
      Clock clock) {
    this.address = address;
    this.from = from;
    this.kept = kept;
    this.mostRecords = mostRecords;
    this.mostJobs = mostJobs;
    this.clock = clock;
  }

  /** Begins to keep what is seen. */
  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
  public void start(Duration every) {
    timer.scheduleWithFixedDelay(this::keep, 0, every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether what was kept before has been read, or can't be: looks at the pool may begin. */
  public boolean isSettled() {
    return settled;
  }

  /** Empty while all is kept. */
  public Optional<Trouble> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** It is there before the store is. */
  private Instant compactedSoFar() {
    return Objects.requireNonNull(compacted, "what is compacted, of a store that is open");
  }

  /** Whether what is kept goes so far. */
  public boolean reaches(Instant at) {
    Instant until = compacted;
    return until != null && !until.isBefore(at.truncatedTo(ChronoUnit.MILLIS));
  }

  private void keep() {
    try {
      HistoryStore used = store == null ? open() : store;
      settled = true;
      save(used);
      if (trouble != null) {
        log.info("the history is kept again");
        trouble = null;
      }
    } catch (HistoryException e) {
      troubled(e.getMessage());
    } catch (RuntimeException e) {
      log.error("the history is not kept, by a fault of ours", e);
      troubled("a fault of the console's: " + e);
    } finally {
      settled = true;
    }
  }

  private void troubled(@Nullable String cause) {
    if (trouble == null) {
      log.warn("the history is not kept: {}; it is tried again each minute", cause);
    }
    trouble =
        new Trouble(trouble == null ? clock.instant() : trouble.since(), String.valueOf(cause));
  }

  private HistoryStore open() {
    HistoryStore opened = HistoryStore.open(address);
    try {
      if (!settled) {
        Optional<PoolObservation> seen = opened.seen(clock.instant(), mostRecords);
        seen.ifPresent(from.pool()::resume);
        seen.ifPresent(
            known -> log.info("the history goes on from {}, its last look", known.last()));
      }
      List<JobState> told = new ArrayList<>();
      for (String body : opened.jobs(mostJobs)) {
        JobState.read(JSON.readTree(body)).ifPresent(told::add);
      }
      from.jobs().resume(told);
      from.forecasts()
          .resume(
              opened.told(clock.instant().minus(ForecastLog.KEPT)),
              told.stream().flatMap(job -> job.waited().stream()).toList());
      compacted = opened.compacted().orElseGet(from.pool()::begin);
      store = opened;
      return opened;
    } catch (JsonProcessingException e) {
      opened.close();
      throw new IllegalStateException("a job in the history is not JSON", e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private synchronized void save(HistoryStore used) {
    PoolObservation seen = from.pool().unsaved();
    List<JobState> jobs = from.jobs().unsaved();
    Instant oldest = seen.last().minus(kept);
    // Periods are of whole milliseconds.
    Instant done = compactedSoFar();
    Instant start =
        (done.isBefore(oldest) ? Grain.HOUR.floor(oldest) : done).truncatedTo(ChronoUnit.MILLIS);
    Instant end = from.pool().decided().truncatedTo(ChronoUnit.MILLIS);
    List<Gap> gaps = new ArrayList<>(seen.gaps());
    Map<Bucket, UsageReport> reports = reports(used, start, end, gaps);
    List<IssuedForecast> told = from.forecasts().unsaved();
    Map<Bucket, Map<String, Work>> counts = from.work().take();
    Map<Instant, Map<ForecastGroup, Coverage>> coverage = from.forecasts().take();
    try {
      Map<Bucket, Map<String, Work>> work = new HashMap<>();
      counts.forEach(
          (bucket, more) -> {
            Map<String, Work> sum = new HashMap<>(used.work(bucket));
            more.forEach((queue, each) -> sum.merge(queue, each, Work::plus));
            work.put(bucket, sum);
          });
      Map<Long, String> bodies = new HashMap<>();
      jobs.forEach(job -> bodies.put(job.id(), job.json().toString()));
      Instant until = end.isAfter(start) ? end : start;
      used.save(
          new Minute(
              new PoolObservation(
                  seen.begin(),
                  seen.last(),
                  seen.open(),
                  seen.hosts(),
                  seen.stays(),
                  seen.spans(),
                  gaps),
              until,
              reports,
              work,
              bodies,
              told,
              coverage));
      compacted = until;
    } catch (RuntimeException e) {
      from.work().giveBack(counts);
      from.forecasts().giveBack(coverage);
      throw e;
    }
    from.pool().saved(seen);
    from.jobs().saved(jobs);
    from.forecasts().saved(told);
    Instant now = clock.instant();
    if (Duration.between(forgotten, now).compareTo(FORGET_EVERY) > 0) {
      used.forget(now, kept, mostJobs);
      forgotten = now;
    }
  }

  /** What memory adds to the reports of hours and days; time that it does not know is a gap. */
  private Map<Bucket, UsageReport> reports(
      HistoryStore used, Instant start, Instant end, List<Gap> gaps) {
    Map<Bucket, UsageReport> reports = new HashMap<>();
    Instant at = start;
    while (at.isBefore(end)) {
      Instant hour = Bucket.of(Grain.HOUR, at).to();
      Period part = new Period(at, hour.isBefore(end) ? hour : end);
      UsageReport piece = UsageReport.of(from.pool().recording(part));
      piece.gaps().stream()
          .filter(gap -> gap.cause().equals(PoolHistory.NOT_YET))
          .forEach(gaps::add);
      for (Grain grain : Grain.values()) {
        Bucket bucket = Bucket.of(grain, at);
        UsageReport before = reports.get(bucket);
        Optional<UsageReport> known = before == null ? used.report(bucket) : Optional.of(before);
        reports.put(bucket, known.map(report -> joined(report, piece)).orElse(piece));
      }
      at = part.to();
    }
    return reports;
  }

  private static UsageReport joined(UsageReport before, UsageReport after) {
    Instant end = before.period().to();
    Instant begin = after.period().from();
    return end.isBefore(begin)
        ? UsageReport.joined(List.of(before, HistoryStore.unknown(new Period(end, begin)), after))
        : UsageReport.joined(List.of(before, after));
  }

  /** A period's report: exactly, where memory reaches; older parts begin with an hour or a day. */
  public UsageReport report(Period asked) {
    PoolHistory pool = from.pool();
    HistoryStore kept = store;
    if (kept == null || !asked.from().isBefore(pool.begin())) {
      return UsageReport.of(pool.recording(asked));
    }
    Instant cut = compactedSoFar().truncatedTo(ChronoUnit.MILLIS);
    if (asked.to().isBefore(cut)) {
      Instant hour = Grain.HOUR.floor(asked.to());
      Instant next = Grain.HOUR.ceiling(asked.to());
      cut = pool.begin().isAfter(hour) ? (next.isBefore(cut) ? next : cut) : hour;
    }
    Instant start = Grain.HOUR.floor(asked.from());
    if (start.isBefore(clock.instant().minus(HistoryStore.HOURS_KEPT))) {
      start = Grain.DAY.floor(asked.from());
    }
    if (!start.isBefore(cut)) {
      return UsageReport.of(pool.recording(asked));
    }
    UsageReport before;
    try {
      before = kept.report(new Period(start, cut));
    } catch (HistoryException e) {
      troubled(e.getMessage());
      return UsageReport.of(pool.recording(asked));
    }
    return cut.isBefore(asked.to())
        ? joined(before, UsageReport.of(pool.recording(new Period(cut, asked.to()))))
        : before;
  }

  /** Waits and outcomes by queue, of the hours in which a period lies. */
  public Map<String, Work> work(Period asked) {
    Period hours = new Period(Grain.HOUR.floor(asked.from()), Grain.HOUR.ceiling(asked.to()));
    Map<String, Work> sum = new HashMap<>(from.work().within(hours));
    HistoryStore kept = store;
    if (kept != null) {
      try {
        kept.work(hours).forEach((queue, work) -> sum.merge(queue, work, Work::plus));
      } catch (HistoryException e) {
        troubled(e.getMessage());
      }
    }
    return sum;
  }

  /** How forecasts held, of waits that ended since the beginning of an hour. */
  public Map<ForecastGroup, Coverage> coverage(Instant since) {
    Instant hour = Grain.HOUR.floor(since);
    Map<ForecastGroup, Coverage> sum = new HashMap<>(from.forecasts().since(hour));
    HistoryStore kept = store;
    if (kept != null) {
      try {
        kept.coverage(new Period(hour, clock.instant().plus(Grain.HOUR.length())))
            .forEach((which, each) -> sum.merge(which, each, Coverage::plus));
      } catch (HistoryException e) {
        troubled(e.getMessage());
      }
    }
    return sum;
  }

  /** What needed a slot in a period; of very much the last. */
  public List<Demand> load(Period period) {
    HistoryStore kept = store;
    if (kept == null || !period.from().isBefore(from.pool().begin())) {
      return from.pool().load(period);
    }
    try {
      return kept.load(period, MOST_DEMANDS);
    } catch (HistoryException e) {
      troubled(e.getMessage());
      return from.pool().load(period);
    }
  }

  /** Keeps what is new, and lets the database go. */
  @Override
  public void close() {
    timer.shutdown();
    try {
      boolean ended = timer.awaitTermination(END_WITHIN.toSeconds(), TimeUnit.SECONDS);
      HistoryStore used = store;
      if (!ended) {
        log.warn("the history's last minute is not kept: the database does not answer");
        timer.shutdownNow();
      } else if (used != null) {
        save(used);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (HistoryException e) {
      log.warn("the history's last minute is not kept: {}", e.getMessage());
    } finally {
      HistoryStore open = store;
      if (open != null) {
        open.close();
      }
    }
  }
}
