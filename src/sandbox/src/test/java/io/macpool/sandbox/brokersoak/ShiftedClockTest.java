package io.macpool.sandbox.brokersoak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A replica whose clock is wrong is a process as any other but for its clock. */
class ShiftedClockTest {

  private static final Duration WAIT = Duration.ofMillis(300);

  /** More than one that ends early by itself, and far fewer than one that never lasts. */
  private static final int PARKS = 5;

  /** What is started: waits as a JVM does, tells how many waits that took, and what time it is. */
  public static final class Waiter {
    public static void main(String[] arguments) {
      long end = System.nanoTime() + WAIT.toNanos();
      int parks = 0;
      while (System.nanoTime() - end < 0) {
        LockSupport.parkNanos(WAIT.toNanos());
        parks++;
      }
      System.out.println(parks + " " + Instant.now());
    }
  }

  @Test
  void itsTimeIsShiftedAndItsWaitsKeepTheirLength() throws Exception {
    Optional<Path> shifter = Replica.clockShifter();
    assumeTrue(shifter.isPresent(), "Debian's faketime is not installed");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Waiter.class.getName()));
    builder.environment().putAll(Replica.shifted(Map.of(), shifter.get(), -3_600));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String[] words = said.strip().split(" ", -1);
    assertThat(Integer.parseInt(words[0])).isLessThan(PARKS);
    assertThat(Duration.between(Instant.parse(words[1]), Instant.now()))
        .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(65));
  }
}
