package io.macpool.worker;

import io.macpool.core.GoDuration;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands that an operator wants run when a worker starts and stops. Their failure is logged. */
final class Hooks {

  private static final Logger log = LoggerFactory.getLogger(Hooks.class);
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private Hooks() {}

  static void run(String which, String command) {
    try {
      Process process =
          new ProcessBuilder("sh", "-c", command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        log.warn(
            "the {} hook ran longer than {} and was killed", which, GoDuration.format(DEADLINE));
      } else if (process.exitValue() != 0) {
        log.warn("the {} hook exited with status {}", which, process.exitValue());
      }
    } catch (IOException e) {
      log.warn("the {} hook could not be run: {}", which, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
