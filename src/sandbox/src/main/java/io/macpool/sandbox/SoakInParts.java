package io.macpool.sandbox;

import io.macpool.core.GoDuration;
import io.macpool.sandbox.endurance.ProcessReader;
import io.macpool.sandbox.endurance.Reading;
import io.macpool.sandbox.endurance.SoakPart;
import io.macpool.sandbox.endurance.SoakPart.Counts;
import io.macpool.sandbox.endurance.SoakState;
import io.macpool.service.Logs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A soak of hours: the next part of it, what all parts came to, and whether services grow. */
final class SoakInParts {

  private static final Duration READ_EVERY = Duration.ofMinutes(5);

  private final SoakOptions options;
  private final Progress progress;
  private final PrintStream out;
  private final SoakState state;
  private final Path stop;
  private Instant readAt = Instant.now();

  private SoakInParts(SoakOptions options, Progress progress, PrintStream out) throws IOException {
    this.options = options;
    this.progress = progress;
    this.out = out;
    state = SoakState.open(options.directoryOfParts(), options.terms());
    stop = options.directoryOfParts().resolve("stop");
  }

  /** Runs the next part, if any is left, and tells of all. Returns the exit status. */
  static int run(SoakOptions options, Progress progress, PrintStream out)
      throws IOException, InterruptedException {
    Logs.silence();
    return new SoakInParts(options, progress, out).run();
  }

  private int run() throws IOException, InterruptedException {
    Duration left = options.feeding().minus(state.fed());
    boolean good = true;
    if (left.compareTo(Duration.ZERO) > 0) {
      good = part(options.feedingOfPart(left));
      Files.deleteIfExists(stop);
      left = options.feeding().minus(state.fed());
    }
    out.print(state.text());
    if (left.compareTo(Duration.ZERO) > 0) {
      out.println(
          GoDuration.format(Duration.ofMinutes(left.toMinutes()))
              + " are left; go on with: "
              + options.replay());
    }
    return good && state.good() ? 0 : 1;
  }

  private boolean part(Duration feeding) throws IOException, InterruptedException {
    Instant began = Instant.now();
    int number = state.begin(began);
    progress.say("soak, part " + number + " of " + GoDuration.format(feeding));
    Path logs = Files.createDirectories(options.directoryOfParts().resolve("logs-" + number));
    Soak.Part part =
        new Soak.Part(
            feeding,
            options.seed() + number,
            Scheduler.FIRST_ID + state.counts().jobs(),
            this::look,
            () -> Files.exists(stop));
    SoakReport report = new Soak(options, part, progress).run(logs);
    state.end(
        new SoakPart(
            number,
            began,
            report.fed(),
            new Counts(
                report.jobs().size(),
                report.mishaps().size(),
                report.reset(),
                report.lost().size(),
                report.wrong().size(),
                report.repeated(),
                report.byTwo().size(),
                report.leaked().size(),
                report.overcommitted().size(),
                report.died().size())));
    if (report.good()) {
      new TemporaryDirectory(logs).close();
    } else {
      out.print(report.text());
      out.println("the services' logs of part " + number + ": " + logs);
    }
    return report.good();
  }

  private void look(SoakSystem system) throws IOException, InterruptedException {
    Instant now = Instant.now();
    if (now.isBefore(readAt.plus(READ_EVERY))) {
      return;
    }
    readAt = now;
    for (Map.Entry<String, List<ProcessHandle>> role : system.processes().entrySet()) {
      for (ProcessHandle process : role.getValue()) {
        Optional<Reading> reading = ProcessReader.read(role.getKey(), process, now);
        if (reading.isPresent()) {
          state.read(reading.get());
        }
      }
    }
  }
}
