package io.macpool.core.forecast;

import io.macpool.core.forecast.WaitForecast.Band;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Lets a queue run dry many times. Each time another sample of the run times that were seen stands
 * for all of them (bootstrap), as they tell the mean no better than that; those of jobs that run
 * already are drawn from the ones that are longer than what they have run. Costs about {@link
 * #DRAWS} draws, however long the queue is.
 */
final class DrainSimulation {

  private static final int DRAWS = 250_000;
  private static final int MOST_RUNS = 100;
  private static final int FEWEST_RUNS = 25;
  private static final long SEED = 42;

  private final List<Integer> positions;

  /** In seconds; by position, then by run. */
  private final double[][] starts;

  private DrainSimulation(List<Integer> positions, double[][] starts) {
    this.positions = positions;
    this.starts = starts;
  }

  /**
   * Simulates as far as the last position.
   *
   * @param queue with a limit above zero and run times
   * @param positions rising, all of them of jobs that wait
   */
  static DrainSimulation of(QueueState queue, List<Integer> positions) {
    double[] seen = sorted(queue.runTimes());
    double[] ages = sorted(queue.running());
    int free = queue.free();
    int steps = positions.get(positions.size() - 1) - free;
    int runs = Math.max(FEWEST_RUNS, Math.min(MOST_RUNS, DRAWS / (steps + ages.length)));
    double[][] starts = new double[positions.size()][runs];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int run = 0; run < runs; run++) {
      double[] times = sampled(seen, random);
      EarliestFirst ends = new EarliestFirst(Math.max(queue.limit(), ages.length));
      for (double age : ages) {
        ends.add(remaining(times, age, random));
      }
      for (int i = 0; i < free; i++) {
        ends.add(times[random.nextInt(times.length)]);
      }
      for (int over = ages.length - queue.limit(); over > 0; over--) {
        ends.removeEarliest();
      }
      int next = 0;
      for (int position = free + 1; next < starts.length; position++) {
        double start = ends.earliest();
        if (positions.get(next) == position) {
          starts[next][run] = start;
          next++;
        }
        ends.replaceEarliest(start + times[random.nextInt(times.length)]);
      }
    }
    return new DrainSimulation(positions, starts);
  }

  /** As many, drawn from them with replacement, sorted. */
  private static double[] sampled(double[] sorted, SplittableRandom random) {
    int[] counts = new int[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      counts[random.nextInt(sorted.length)]++;
    }
    double[] sample = new double[sorted.length];
    int at = 0;
    for (int i = 0; i < sorted.length; i++) {
      for (int copies = counts[i]; copies > 0; copies--) {
        sample[at] = sorted[i];
        at++;
      }
    }
    return sample;
  }

  /** When the job at one of the positions starts, from now. */
  Band startOf(int position) {
    double[] sorted = starts[positions.indexOf(position)].clone();
    Arrays.sort(sorted);
    return new Band(
        seconds(quantile(sorted, 0.05)),
        seconds(quantile(sorted, 0.5)),
        seconds(quantile(sorted, 0.95)));
  }

  /** What is left of a job that has run for so long; for one that outlasts all: as long again. */
  private static double remaining(double[] times, double age, SplittableRandom random) {
    int from = firstAbove(times, age);
    return from == times.length
        ? age * random.nextDouble()
        : times[random.nextInt(from, times.length)] - age;
  }

  private static int firstAbove(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] > value) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Between the two values next to it. */
  static double quantile(double[] sorted, double part) {
    double at = part * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  private static double[] sorted(List<Duration> durations) {
    return durations.stream()
        .mapToDouble(duration -> Math.max(0, duration.toMillis() / 1000.0))
        .sorted()
        .toArray();
  }

  static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.max(0, Math.round(seconds * 1000)));
  }

  /** A binary heap of numbers, the smallest on top. */
  private static final class EarliestFirst {

    private final double[] heap;
    private int size;

    EarliestFirst(int capacity) {
      heap = new double[capacity];
    }

    double earliest() {
      return heap[0];
    }

    void add(double value) {
      int at = size;
      size++;
      while (at > 0 && heap[(at - 1) / 2] > value) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
      }
      heap[at] = value;
    }

    void removeEarliest() {
      size--;
      replaceEarliest(heap[size]);
    }

    void replaceEarliest(double value) {
      int at = 0;
      for (int child = 1; child < size; child = 2 * at + 1) {
        int smaller = child + 1 < size && heap[child + 1] < heap[child] ? child + 1 : child;
        if (heap[smaller] >= value) {
          break;
        }
        heap[at] = heap[smaller];
        at = smaller;
      }
      heap[at] = value;
    }
  }
}
