package io.macpool.worker;

import io.macpool.core.GoDuration;
import io.macpool.service.ProcessTree;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands that an operator wants run when a worker starts and stops. Their failure is logged. */
final class Hooks {

  private static final Logger log = LoggerFactory.getLogger(Hooks.class);

  /** A process that stops is killed sooner or later: what follows the hook must still be done. */
  static final Duration STOP_DEADLINE = Duration.ofMinutes(10);

  private static final Duration SAID_EVERY = Duration.ofMinutes(1);

  private Hooks() {}

  /** Runs to its end, however long that takes: nothing else may begin before. */
  static void start(String command) {
    run("start", command, Optional.empty(), SAID_EVERY);
  }

  /** Runs to its end, or is killed after {@link #STOP_DEADLINE}. */
  static void stop(String command) {
    run("stop", command, Optional.of(STOP_DEADLINE), SAID_EVERY);
  }

  /**
   * @param deadline after which it is killed; empty: never
   * @param saidEvery how often the log says that it still runs
   */
  static void run(String which, String command, Optional<Duration> deadline, Duration saidEvery) {
    log.info("running the {} hook: {}", which, command);
    long begun = System.nanoTime();
    try {
      Process process =
          new ProcessBuilder("sh", "-c", command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        process.getOutputStream().close();
        Duration pause = deadline.orElse(saidEvery);
        while (!process.waitFor(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          Duration ran = Duration.ofMillis((System.nanoTime() - begun) / 1_000_000);
          if (deadline.isPresent()) {
            log.warn("the {} hook ran for {} and is killed", which, GoDuration.format(ran));
            return;
          }
          log.warn(
              "the {} hook has run for {}: the worker waits for its end",
              which,
              GoDuration.format(ran));
        }
        if (process.exitValue() != 0) {
          log.warn("the {} hook exited with status {}", which, process.exitValue());
        }
      } finally {
        ProcessTree.kill(process);
      }
    } catch (IOException e) {
      log.warn("the {} hook could not be run: {}", which, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
