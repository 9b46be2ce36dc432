package io.macpool.core.forecast;

import io.macpool.core.forecast.WaitForecast.Foretold;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A generated history of one queue, played in order: a forecast is made for every few jobs when
 * they come, from what could be known at that moment, and compared with what came. What disturbs
 * the queue is hidden from the forecast.
 */
final class QueueTrace {

  /** What disturbs the queue. */
  enum Kind {
    MIXED_RUN_TIMES,
    BURSTS,
    SHARES,
    DRAINS,
    CHANGING_RUN_TIMES
  }

  /** What came of one forecast: three guesses beside the truth, in seconds. */
  record Outcome(
      double waited, double median, double meanOfLastWaits, double steadyDrain, boolean held) {}

  private record Waiting(double came, Foretold forecast, double lastWaits, double drain) {}

  private record Running(double started, double ends) {}

  private static final int KNOWN_RUN_TIMES = 200;
  private static final int FORECAST_EACH = 7;
  private static final int SLOTS = 20;

  private final Kind kind;
  private final SplittableRandom random;
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private final PriorityQueue<Running> running =
      new PriorityQueue<>((a, b) -> Double.compare(a.ends(), b.ends()));
  private final Deque<Double> runTimes = new ArrayDeque<>();
  private final Deque<Double> waits = new ArrayDeque<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private ForecastCalibration calibration = ForecastCalibration.none();
  private double now;
  private int limit = SLOTS;
  private double factor = 1;
  private int came;

  private QueueTrace(Kind kind, long seed) {
    this.kind = kind;
    this.random = new SplittableRandom(seed);
  }

  /** Plays so many jobs. */
  static List<Outcome> play(Kind kind, long seed, int jobs) {
    QueueTrace trace = new QueueTrace(kind, seed);
    trace.play(jobs);
    return trace.outcomes;
  }

  private void play(int jobs) {
    double nextJob = 0;
    double nextChange = exponential(1800);
    while (came < jobs) {
      double nextEnd = running.isEmpty() ? Double.MAX_VALUE : running.peek().ends();
      now = Math.min(nextEnd, Math.min(nextJob, nextChange));
      if (now == nextEnd) {
        Running ended = running.poll();
        keep(runTimes, ended.ends() - ended.started(), KNOWN_RUN_TIMES);
      } else if (now == nextJob) {
        nextJob = now + arrive();
      } else {
        nextChange = now + change();
      }
      start();
    }
  }

  /** Returns the seconds until the next arrival; 17 of 20 slots' time is asked for. */
  private double arrive() {
    double slots = kind == Kind.DRAINS ? SLOTS * 0.875 : SLOTS;
    double mean = 810 / (0.85 * slots);
    int batch = kind == Kind.BURSTS && random.nextInt(10) == 0 ? 10 + random.nextInt(50) : 1;
    for (int i = 0; i < batch; i++) {
      enqueue();
    }
    return exponential(mean * batch);
  }

  private void enqueue() {
    came++;
    int position = queue.size() + 1;
    boolean asked = came % FORECAST_EACH == 0 && limit > 0 && runTimes.size() >= KNOWN_RUN_TIMES;
    Foretold forecast = asked ? forecast(position) : null;
    double lastWaits = waits.stream().mapToDouble(wait -> wait).average().orElse(0);
    double meanRun = runTimes.stream().mapToDouble(time -> time).average().orElse(0);
    queue.add(new Waiting(now, forecast, lastWaits, position * meanRun / Math.max(1, limit)));
  }

  private Foretold forecast(int position) {
    QueueState state =
        new QueueState(
            limit,
            running.stream().map(job -> DrainSimulation.seconds(now - job.started())).toList(),
            runTimes.stream().map(DrainSimulation::seconds).toList(),
            new WaitReason.AtItsLimit(limit));
    return WaitForecast.at(state, calibration, position) instanceof Foretold foretold
        ? foretold
        : null;
  }

  private double change() {
    switch (kind) {
      case SHARES -> limit = SLOTS / 2 + random.nextInt(SLOTS + 1);
      case DRAINS -> limit = limit == SLOTS && random.nextInt(3) == 0 ? SLOTS / 2 : SLOTS;
      case CHANGING_RUN_TIMES -> factor = 0.6 + 0.8 * random.nextDouble();
      case MIXED_RUN_TIMES, BURSTS -> {}
    }
    return exponential(kind == Kind.CHANGING_RUN_TIMES ? 7200 : 1800);
  }

  private void start() {
    while (!queue.isEmpty() && running.size() < limit) {
      Waiting job = queue.poll();
      running.add(new Running(now, now + runTime()));
      double wait = now - job.came();
      keep(waits, wait, 20);
      if (job.forecast() != null && !(job.forecast().reason() instanceof WaitReason.SlotIsFree)) {
        Duration seen = DrainSimulation.seconds(wait);
        outcomes.add(
            new Outcome(
                wait,
                job.forecast().median().toMillis() / 1000.0,
                job.lastWaits(),
                job.drain(),
                job.forecast().holds(seen)));
        calibration = calibration.learning(job.forecast(), seen);
      }
    }
  }

  /** Seven of ten run for about five minutes, three for about half an hour: 13.5 min on average. */
  private double runTime() {
    double typical = random.nextInt(10) < 7 ? 300 : 1800;
    double normal = 0;
    for (int i = 0; i < 12; i++) {
      normal += random.nextDouble();
    }
    double spread = 0.4;
    return factor * typical * Math.exp(spread * (normal - 6) - spread * spread / 2) + 60;
  }

  private double exponential(double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  private static void keep(Deque<Double> last, double value, int most) {
    last.add(value);
    if (last.size() > most) {
      last.remove();
    }
  }
}
