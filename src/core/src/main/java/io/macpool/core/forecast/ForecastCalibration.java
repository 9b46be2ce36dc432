package io.macpool.core.forecast;

import io.macpool.core.forecast.WaitForecast.Band;
import io.macpool.core.forecast.WaitForecast.Foretold;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * What past forecasts of a queue taught: how far the waits that came lay from what was simulated,
 * by horizon. The next band reaches as far as nine of ten of the last errors did, and a little
 * further after each miss (adaptive conformal inference); so it holds nine of ten waits also where
 * the simulation knows nothing of what disturbs the queue, such as drained hosts. Immutable.
 */
public final class ForecastCalibration {

  /** With fewer errors of its like, a band is taken as it was simulated. */
  public static final int FEWEST_OUTCOMES = 20;

  private static final int KEPT = 300;

  /**
   * Less than the twentieth that is promised: outcomes come late and in clumps, as those who wait
   * together share a fate, so the last errors are too alike. Found on traces other than the tests'.
   */
  private static final double EACH_SIDE = 0.03;

  /** How fast the band follows misses: about two hundred outcomes. */
  private static final double STEP = 0.005;

  private static final double LEAST_SPREAD_SECONDS = 1;
  private static final ForecastCalibration NOTHING =
      new ForecastCalibration(new EnumMap<>(Horizon.class));

  private final Map<Horizon, Errors> errors;

  private ForecastCalibration(Map<Horizon, Errors> errors) {
    this.errors = errors;
  }

  /** Before any outcome. */
  public static ForecastCalibration none() {
    return NOTHING;
  }

  /**
   * How often bands held.
   *
   * @param held waits that lay in their band
   * @param waits that came
   */
  public record Coverage(long held, long waits) {}

  /** How often the bands of a horizon held since the first outcome. */
  public Coverage coverage(Horizon horizon) {
    Errors known = of(horizon);
    return new Coverage(known.held, known.waits);
  }

  /** How often bands held, whatever the horizon. */
  public Coverage coverage() {
    long held = 0;
    long waits = 0;
    for (Errors known : errors.values()) {
      held += known.held;
      waits += known.waits;
    }
    return new Coverage(held, waits);
  }

  /** After a wait that was foretold has come to its end. */
  public ForecastCalibration learning(Foretold forecast, Duration wait) {
    if (forecast.reason() instanceof WaitReason.SlotIsFree) {
      return this; // not foretold, but seen
    }
    Map<Horizon, Errors> next = new EnumMap<>(Horizon.class);
    next.putAll(errors);
    next.put(forecast.horizon(), of(forecast.horizon()).after(forecast, wait));
    return new ForecastCalibration(next);
  }

  /** The band that past errors make of a simulated one. */
  Foretold correct(Band simulated, WaitReason reason) {
    Errors known = of(Horizon.of(simulated.median()));
    if (known.scores.length < FEWEST_OUTCOMES) {
      return new Foretold(
          simulated.median(),
          simulated.low(),
          simulated.high(),
          reason,
          simulated,
          known.scores.length);
    }
    double[] sorted = known.scores.clone();
    Arrays.sort(sorted);
    double median = at(simulated, DrainSimulation.quantile(sorted, 0.5));
    double low = at(simulated, stretched(sorted, known.below));
    double high = at(simulated, stretched(sorted, 1 - known.above));
    return new Foretold(
        DrainSimulation.seconds(median),
        DrainSimulation.seconds(Math.min(low, median)),
        DrainSimulation.seconds(Math.max(high, median)),
        reason,
        simulated,
        known.scores.length);
  }

  private Errors of(Horizon horizon) {
    return errors.getOrDefault(horizon, Errors.NONE);
  }

  /** Beyond all errors that were seen there are others. */
  private static double stretched(double[] sorted, double level) {
    double least = 1.0 / (sorted.length + 1);
    if (level < least) {
      return sorted[0] - (sorted[sorted.length / 2] - sorted[0]) * (1 - level / least);
    }
    if (level > 1 - least) {
      double last = sorted[sorted.length - 1];
      return last + (last - sorted[sorted.length / 2]) * (1 - (1 - level) / least);
    }
    return DrainSimulation.quantile(sorted, level);
  }

  /** What a score stands for, in seconds. */
  private static double at(Band simulated, double score) {
    double median = toSeconds(simulated.median());
    return Math.max(0, median + score * (score < 0 ? left(simulated) : right(simulated)));
  }

  private static double score(Band simulated, Duration wait) {
    double off = toSeconds(wait) - toSeconds(simulated.median());
    return off / (off < 0 ? left(simulated) : right(simulated));
  }

  private static double left(Band band) {
    return spread(toSeconds(band.median()) - toSeconds(band.low()), band);
  }

  private static double right(Band band) {
    return spread(toSeconds(band.high()) - toSeconds(band.median()), band);
  }

  private static double spread(double seconds, Band band) {
    return seconds + Math.max(LEAST_SPREAD_SECONDS, 0.05 * toSeconds(band.median()));
  }

  private static double toSeconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** The errors of one horizon. */
  private static final class Errors {

    static final Errors NONE = new Errors(new double[0], EACH_SIDE, EACH_SIDE, 0, 0);

    /** The last, oldest first: 1 is the upper end of the simulated band, -1 the lower. */
    final double[] scores;

    /** The part of scores below which the band begins; and above which it ends. */
    final double below;

    final double above;
    final long held;
    final long waits;

    Errors(double[] scores, double below, double above, long held, long waits) {
      this.scores = scores;
      this.below = below;
      this.above = above;
      this.held = held;
      this.waits = waits;
    }

    Errors after(Foretold forecast, Duration wait) {
      int kept = Math.min(scores.length, KEPT - 1);
      double[] next = Arrays.copyOfRange(scores, scores.length - kept, scores.length + 1);
      next[kept] = score(forecast.simulated(), wait);
      boolean early = wait.compareTo(forecast.earliest()) < 0;
      boolean late = wait.compareTo(forecast.latest()) > 0;
      return new Errors(
          next,
          stepped(below, early),
          stepped(above, late),
          held + (early || late ? 0 : 1),
          waits + 1);
    }

    private static double stepped(double level, boolean missed) {
      return Math.max(0, Math.min(0.3, level + STEP * (EACH_SIDE - (missed ? 1 : 0))));
    }
  }
}
