package io.macpool.interleavings;

import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import kotlin.Unit;
import org.pastalab.fray.core.TestRunner;
import org.pastalab.fray.core.command.Configuration;
import org.pastalab.fray.core.command.ExecutionInfo;
import org.pastalab.fray.core.command.LambdaExecutor;
import org.pastalab.fray.core.command.NetworkDelegateType;
import org.pastalab.fray.core.command.SystemTimeDelegateType;
import org.pastalab.fray.core.randomness.ControlledRandom;
import org.pastalab.fray.core.randomness.RandomnessProvider;
import org.pastalab.fray.core.scheduler.POSScheduler;

/**
 * One search of one harness: as many schedules as asked for, each drawn from a seed of its own, so
 * that a seed alone repeats a schedule.
 */
final class ScheduleSearch {

  /** Far more than any harness takes: one that goes on and on is a fault, too. */
  private static final int MOST_STEPS = 100_000;

  private static final int SECONDS = 1_200;
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  private final Path reports;
  private final long firstSeed;
  private final int count;

  ScheduleSearch(Path reports, long firstSeed, int count) {
    this.reports = reports;
    this.firstSeed = firstSeed;
    this.count = count;
  }

  /**
   * What came of it.
   *
   * @param schedules how many were tried, the broken one included
   */
  record Found(int schedules, Optional<Throwable> failure) {}

  /** Tries them; ends with the first that is broken. */
  Found search(Class<?> harness, Optional<Fault> fault) throws Exception {
    Subject subject = harness.getAnnotation(Subject.class);
    Set<String> subjects = new LinkedHashSet<>();
    for (Class<?> each : subject.value()) {
      subjects.add(each.getName());
    }
    String first = subjects.iterator().next();
    SubjectLoader loader =
        new SubjectLoader(
            harness.getClassLoader(),
            subjects,
            fault.map(planted -> new SubjectLoader.Planted(first, planted)));
    Class<?> loaded = Class.forName(harness.getName(), true, loader);
    Thread.currentThread().setContextClassLoader(loader);
    warmUp(loaded);
    Seeds seeds = new Seeds(firstSeed);
    Configuration configuration = configuration(loaded, seeds);
    Throwable failure = new TestRunner(configuration).run();
    return new Found(
        configuration.getCurrentIteration() + (failure == null ? 0 : 1),
        Optional.ofNullable(failure));
  }

  private Configuration configuration(Class<?> harness, Seeds seeds) throws Exception {
    LambdaExecutor executor =
        new LambdaExecutor(
            () -> {
              run(harness);
              return Unit.INSTANCE;
            });
    return new Configuration(
        new ExecutionInfo(executor, false, true, MOST_STEPS),
        Files.createTempDirectory(reports, harness.getSimpleName()),
        count,
        SECONDS,
        new POSScheduler(seeds.getRandomness()),
        seeds,
        false, // only choices are noted
        false, // the first that is broken ends the search
        true, // and leaves this process running
        false,
        false,
        false,
        NetworkDelegateType.NONE,
        SystemTimeDelegateType.NONE,
        100_000L,
        true, // whoever waits for a time may be woken at any moment
        true,
        false,
        false,
        false,
        false,
        null);
  }

  /**
   * Classes are initialized once, and not within a schedule: it would have other steps than the
   * same seed's next one. With a fault it may not end.
   */
  private static void warmUp(Class<?> harness) throws InterruptedException {
    Thread thread = new Thread(() -> run(harness));
    thread.setUncaughtExceptionHandler((failed, why) -> {});
    thread.setDaemon(true);
    thread.start();
    thread.join(WARM_UP.toMillis());
  }

  private static void run(Class<?> harness) {
    Threads.begin();
    try {
      Constructor<?> constructor = harness.getDeclaredConstructor();
      constructor.setAccessible(true);
      ((Harness) constructor.newInstance()).run();
    } catch (Exception e) {
      Threads.end();
      throw new IllegalStateException("the harness failed", e);
    }
    Threads.end();
  }

  /** A seed for each schedule, one after the other. */
  private static final class Seeds implements RandomnessProvider {

    private long next;

    Seeds(long first) {
      this.next = first;
    }

    @Override
    public ControlledRandom getRandomness() {
      return new ControlledRandom(new ArrayList<>(), new ArrayList<>(), new Random(next++));
    }
  }
}
