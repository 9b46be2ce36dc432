package io.macpool.sandbox;

import io.macpool.core.GoDuration;
import io.macpool.service.Logs;
import io.macpool.service.Resources;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Feeds the whole system jobs as fast as it ends them, lets things go wrong, drains it, and counts.
 */
final class Soak {

  private static final MishapPlan.Range PAUSES =
      new MishapPlan.Range(Duration.ofSeconds(2), Duration.ofSeconds(8));
  private static final MishapPlan.Range LASTING =
      new MishapPlan.Range(Duration.ofSeconds(1), Duration.ofSeconds(12));
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int LOOKS_PER_LINE = 10;

  /**
   * Of each hour of a soak of parts: when everything may go wrong, and when no process is killed.
   */
  private static final Duration STORM = Duration.ofMinutes(15);

  private static final Duration CALM = Duration.ofMinutes(45);

  /** Longer than any of the services' own time-outs that a job may have to wait for. */
  private static final Duration DRAIN = Duration.ofMinutes(5);

  /** By then no machine without an owner is left: a killed worker's lease, and a minute. */
  private static final Duration LEAK = Duration.ofSeconds(90);

  /**
   * One soak, or a part of one.
   *
   * @param seed what goes wrong follows from it
   * @param firstId of the jobs: ids go on from part to part
   * @param watch looks at the system now and then, while jobs are published
   * @param stop whether to publish no more before the time is up
   */
  record Part(Duration feeding, long seed, long firstId, Watch watch, BooleanSupplier stop) {}

  /** Looks at the system while it is under load. */
  @FunctionalInterface
  interface Watch {
    void look(SoakSystem system) throws IOException, InterruptedException;
  }

  private final SoakOptions options;
  private final Part part;
  private final Progress progress;
  private final List<String> mishaps = new CopyOnWriteArrayList<>();
  private final CountDownLatch never = new CountDownLatch(1);
  private Instant began = Instant.now();
  private Duration fed = Duration.ZERO;

  @SuppressWarnings("NullAway.Init") // run sets it before all else
  private SoakSystem system;

  @SuppressWarnings("NullAway.Init") // as above
  private Scheduler scheduler;

  private long looks;

  Soak(SoakOptions options, Part part, Progress progress) {
    this.options = options;
    this.part = part;
    this.progress = progress;
  }

  /** All of it at once, as the options say. Returns the exit status. */
  static int run(SoakOptions options, Progress progress, PrintStream out)
      throws IOException, InterruptedException {
    Logs.silence();
    progress.say("soak: " + options.replay());
    Path logs =
        options.logs == null
            ? Files.createTempDirectory("macpool-soak-")
            : Files.createDirectories(options.logs);
    Part all =
        new Part(options.feeding(), options.seed(), Scheduler.FIRST_ID, system -> {}, () -> false);
    SoakReport report;
    try {
      report = new Soak(options, all, progress).run(logs);
    } catch (InterruptedException e) {
      discard(options, logs);
      throw e;
    }
    out.print(report.text());
    if (!report.good()) {
      out.println("the services' logs: " + logs + "; again: " + options.replay());
      return 1;
    }
    discard(options, logs);
    return 0;
  }

  /** Logs that nobody asked for and nobody has to read. */
  private static void discard(SoakOptions options, Path logs) throws IOException {
    if (options.logs == null) {
      new TemporaryDirectory(logs).close();
    }
  }

  SoakReport run(Path logs) throws IOException, InterruptedException {
    progress.state("starting the peers and the services");
    try (SoakSystem started = SoakSystem.start(options, part.seed(), logs);
        Scheduler connected =
            Scheduler.connect(started.steadyAmqpUri(), Wiring.QUEUE, part.firstId(), line -> {})) {
      system = started;
      scheduler = connected;
      began = Instant.now();
      feed();
      return drainAndCount();
    }
  }

  private void feed() throws IOException, InterruptedException {
    topUp();
    if (options.inParts()) {
      // Between the storms nothing is killed, so that processes grow old enough to be judged.
      for (int hour = 0; !isOver(); hour++) {
        feed(EnumSet.allOf(Mishap.Kind.class), part.seed() + hour, STORM);
        feed(sparing(), part.seed() + hour, CALM);
      }
    } else {
      feed(EnumSet.allOf(Mishap.Kind.class), part.seed(), part.feeding());
    }
  }

  private static Set<Mishap.Kind> sparing() {
    return Stream.of(Mishap.Kind.values())
        .filter(kind -> !kind.kills())
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Mishap.Kind.class)));
  }

  private void feed(Set<Mishap.Kind> kinds, long seed, Duration length)
      throws IOException, InterruptedException {
    Instant end = Instant.now().plus(length);
    Resources trouble = new Resources();
    try {
      if (options.chaos) {
        Map<Mishap.Kind, Chaos.Deed> deeds = system.deeds(scheduler);
        deeds.keySet().retainAll(options.mishaps());
        deeds.keySet().retainAll(kinds);
        if (!deeds.isEmpty()) {
          MishapPlan plan = new MishapPlan(seed, deeds.keySet(), PAUSES, LASTING);
          trouble.own("chaos", Chaos.start(plan, deeds, this::mishap));
        }
      }
      while (Instant.now().isBefore(end) && !isOver()) {
        topUp();
        look();
        part.watch().look(system);
      }
    } finally {
      trouble.close();
    }
    fed = Duration.between(began, Instant.now());
  }

  private boolean isOver() {
    return !Instant.now().isBefore(began.plus(part.feeding())) || part.stop().getAsBoolean();
  }

  /** As many jobs wait as run, so that a freed slot never idles and the queue never grows. */
  private void topUp() {
    scheduler.queueForgottenAnew();
    List<JobBoard.Entry> jobs = scheduler.board().entries();
    long open = jobs.stream().filter(job -> !job.ended()).count();
    List<JobSample> samples = new ArrayList<>();
    for (int i = jobs.size(); open + samples.size() < 2L * system.slots(); i++) {
      JobSample sample = JobSample.forSoak(i);
      int index = i;
      samples.add(options.pools().map(plan -> sample.on(plan.osxImage(index))).orElse(sample));
    }
    if (!samples.isEmpty()) {
      scheduler.publish(samples);
    }
  }

  private void mishap(String what) {
    String line = at() + " " + what;
    mishaps.add(line);
    progress.say(line);
  }

  private SoakReport drainAndCount() throws InterruptedException {
    progress.say(at() + " no more jobs: draining");
    boolean drained = await(DRAIN, () -> allEnded());
    if (drained) {
      await(LEAK, () -> system.machines().isEmpty());
    }
    progress.end();
    return new SoakReport(
        fed,
        scheduler.board().entries(),
        // What a lost job still holds has an owner.
        drained ? system.machines() : List.of(),
        system.overcommitted(),
        system.died(),
        mishaps,
        began);
  }

  private boolean allEnded() {
    return scheduler.board().entries().stream().allMatch(JobBoard.Entry::ended);
  }

  private boolean await(Duration patience, BooleanSupplier condition) throws InterruptedException {
    Instant deadline = Instant.now().plus(patience);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        return false;
      }
      scheduler.queueForgottenAnew();
      look();
    }
    return true;
  }

  /** Waits a moment, and says how it goes: often on a terminal, now and then elsewhere. */
  private void look() throws InterruptedException {
    never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    if (looks++ % LOOKS_PER_LINE == 0 || progress.onTerminal()) {
      progress.state(
          at()
              + " "
              + Progress.describe(
                  scheduler.board().entries(), OptionalInt.of(system.machines().size())));
    }
  }

  private String at() {
    return "+"
        + GoDuration.format(Duration.ofSeconds(Duration.between(began, Instant.now()).toSeconds()));
  }
}
