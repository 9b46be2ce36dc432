package io.macpool.worker.job.wrapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.job.JobEvent;
import io.macpool.worker.job.wrapper.WrapperDialogue.Shortage;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A machine without a file system in RAM, as Macs are: what the wrapper keeps lies on the disk that
 * the job fills. On a real OpenSSH.
 */
@Execution(ExecutionMode.CONCURRENT)
class OneDiskIT {

  private static final String USER = "one";
  private static final String FILL = "cat /dev/zero > ~/big 2>/dev/null; ";

  private static final String ONE_DISK =
      """
      mount -o remount,ro /dev/shm
      mkdir -m 1777 /home/one/tmp
      mount --bind /home/one/tmp /var/tmp\
      """;

  private static OpenSshGuests guests() {
    return OpenSshGuests.start(Map.of(USER, "/bin/bash"), ONE_DISK);
  }

  @Test
  void theStatusIsTold() {
    Map<String, Integer> ends = Map.of("true", 0, "exit 1", 1, "exit 7", 7, "kill -9 $$", 137);
    ends.forEach(
        (end, status) -> {
          try (OpenSshGuests guests = guests()) {
            WrappedScript script = new WrappedScript(() -> guests.connect(USER));
            script.start(FILL + end);
            assertThat(script.status()).isEqualTo(status);
            assertThat(guests.at("/var/tmp/.macpool-" + script.place() + "/out")).exists();
          }
        });
  }

  @Test
  void aSessionThatIsLostIsRegained() {
    try (OpenSshGuests guests = guests()) {
      WrappedScript script = new WrappedScript(() -> guests.connect(USER));
      script.start(
          "echo begin; "
              + until("/home/fill")
              + FILL
              + ":> ~/full; "
              + until("/home/go")
              + "exit 1");
      script.awaitText(
          "begin"); // or the block that it is in may be the one that meets the full disk
      guests.write("/home/fill", "");
      Awaitility.await("the disk is full")
          .atMost(Duration.ofMinutes(2))
          .until(() -> Files.exists(guests.at(OpenSshGuests.home(USER) + "/full")));
      script.reattach();
      script.await(JobEvent.SessionRegained.class::isInstance);
      guests.write("/home/go", "");
      assertThat(script.status()).isEqualTo(1);
      assertThat(script.text()).isEqualTo("begin\r\n");
      assertThat(script.shortage()).isEqualTo(Shortage.HOME);
    }
  }

  private static String until(String file) {
    return "until [ -e " + file + " ]; do sleep 0.1; done; ";
  }

  /**
   * There is a reserve, but the block that meets the full disk is lost, and what is beyond the
   * reserve. That is told, and the job is none the worse.
   */
  @Test
  void whatIsLostOfTheOutputIsTold() {
    try (OpenSshGuests guests = guests()) {
      WrappedScript script = new WrappedScript(() -> guests.connect(USER));
      script.start("seq 1 1000; " + FILL + "seq 1 200000; exit 1");
      assertThat(script.status()).isEqualTo(1);
      assertThat(script.shortage()).isEqualTo(Shortage.OUTPUT);
      assertThat(script.size()).isBetween(100_000L, 1_300_000L);
    }
  }
}
