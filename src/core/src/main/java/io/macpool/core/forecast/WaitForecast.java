package io.macpool.core.forecast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** When the job at a place in a queue will start; or that there is no ground to say. */
public sealed interface WaitForecast {

  /** Fewer run times than these tell nothing of the next one. */
  int RUN_TIMES_NEEDED = 5;

  /** Why it waits, or why nothing is foretold. */
  WaitReason reason();

  /**
   * It will start within a band that holds nine waits of ten.
   *
   * @param median as many start earlier as later
   * @param earliest one of twenty starts earlier
   * @param latest one of twenty starts later
   * @param simulated what the band was before past errors corrected it
   * @param outcomes past forecasts that corrected it; with few, the band is only simulated
   */
  record Foretold(
      Duration median,
      Duration earliest,
      Duration latest,
      WaitReason reason,
      Band simulated,
      int outcomes)
      implements WaitForecast {

    public Foretold {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(simulated, "simulated");
      if (earliest.isNegative() || median.compareTo(earliest) < 0 || latest.compareTo(median) < 0) {
        throw new IllegalArgumentException(
            "no band: " + earliest + ", " + median + ", " + latest + " do not rise from zero");
      }
    }

    /** Whether the band held this wait. */
    public boolean holds(Duration wait) {
      return wait.compareTo(earliest) >= 0 && wait.compareTo(latest) <= 0;
    }

    public Horizon horizon() {
      return Horizon.of(simulated.median());
    }
  }

  /** Nothing can be foretold. */
  record NoGround(WaitReason reason) implements WaitForecast {
    public NoGround {
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** Three quantiles, of 5, 50 and 95 of 100. */
  record Band(Duration low, Duration median, Duration high) {}

  /**
   * Foretells the wait at each of these positions.
   *
   * @param positions rising, each once; 1 is the job that starts next
   */
  static List<WaitForecast> at(
      QueueState queue, ForecastCalibration calibration, List<Integer> positions) {
    List<WaitForecast> forecasts = new ArrayList<>();
    DrainSimulation simulation = null;
    for (int position : positions) {
      if (position < 1) {
        throw new IllegalArgumentException("no position in a queue: " + position);
      }
      if (position <= queue.free()) {
        Band none = new Band(Duration.ZERO, Duration.ZERO, Duration.ZERO);
        forecasts.add(
            new Foretold(
                Duration.ZERO, Duration.ZERO, Duration.ZERO, new WaitReason.SlotIsFree(), none, 0));
      } else if (queue.limit() == 0) {
        forecasts.add(new NoGround(queue.whenFull()));
      } else if (queue.runTimes().size() < RUN_TIMES_NEEDED) {
        forecasts.add(
            new NoGround(new WaitReason.TooFewRunTimes(queue.runTimes().size(), RUN_TIMES_NEEDED)));
      } else {
        if (simulation == null) {
          simulation =
              DrainSimulation.of(
                  queue, positions.stream().filter(each -> each > queue.free()).toList());
        }
        forecasts.add(calibration.correct(simulation.startOf(position), queue.whenFull()));
      }
    }
    return List.copyOf(forecasts);
  }

  /** Foretells the wait at one position. */
  static WaitForecast at(QueueState queue, ForecastCalibration calibration, int position) {
    return at(queue, calibration, List.of(position)).get(0);
  }
}
