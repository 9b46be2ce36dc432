package io.macpool.worker.job.wrapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.job.JobEvent;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts that did not begin or did not end, whatever stood around them says. */
class UnfinishedScriptsIT {

  private static OpenSshGuests guests;
  private static int next;

  @BeforeAll
  static void start() {
    next = 0;
    guests =
        OpenSshGuests.start(
            Map.of(
                "u0",
                "/bin/bash",
                "u1",
                "/bin/bash",
                "u2",
                "/bin/bash",
                "u3",
                "/bin/bash",
                "u4",
                "/bin/bash",
                "u5",
                "/bin/bash",
                "u6",
                "/bin/bash",
                "u7",
                "/bin/bash",
                "u8",
                "/bin/bash",
                "u9",
                "/bin/bash"),
            "");
  }

  @AfterAll
  static void stop() {
    if (guests != null) {
      guests.close();
    }
  }

  /** script(1) that is told to end, as by a shutdown, says 0, and kills what it ran. */
  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "QUIT", "HUP"})
  void aTerminalThatIsToldToEndIsNoPass(String signal) {
    WrappedScript script = new WrappedScript(() -> guests.connect("u" + next++));
    script.start(
        "trap '' TERM HUP; echo begin; kill -"
            + signal
            + " $(ps -o ppid= -p $PPID); sleep 5; echo end; exit 3");
    JobEvent end = script.end();
    if (end instanceof JobEvent.ScriptExited exited) {
      // Its own, or that it was killed: HUP ends the terminal alone.
      assertThat(exited.status()).matches(status -> status == 3 || status > 128);
    } else {
      assertThat(end).isInstanceOf(JobEvent.InstanceLost.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 0", "exit 1", "exec true"})
  void aFileOfBashThatEndsItIsNoVerdict(String line) {
    WrappedScript script = withBashEnv(line, "export BASH_ENV=~/.bash-env");
    script.start("echo never; exit 1");
    assertThat(script.end())
        .isInstanceOfSatisfying(
            JobEvent.InstanceLost.class, e -> assertThat(e.reason()).contains("BASH_ENV"));
    assertThat(script.text()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "export BASH_ENV=\\$HOME/.bash-env, 0 0 file 0 .bash-env",
    "export BASH_ENV=~/.bash-env POSIXLY_CORRECT=1, 0 0 none 0 .bash-env"
  })
  void anotherIsReadAsEver(String rc, String seen) {
    WrappedScript script = withBashEnv("from=file; return 1", rc);
    script.start("echo $? $# ${from-none} $(env | grep -c MACPOOL) ${BASH_ENV##*/}; exit 1");
    assertThat(script.status()).isEqualTo(1);
    assertThat(script.text()).isEqualTo(seen + "\r\n");
  }

  @Test
  void oneThatIsNotThereIsNone() {
    WrappedScript script = new WrappedScript(() -> guests.connect("u9"));
    guests.write(OpenSshGuests.home("u9") + "/.bashrc", "export BASH_ENV=~/nowhere\n");
    script.start("echo $BASH_ENV | grep -c nowhere; exit 1");
    assertThat(script.status()).isEqualTo(1);
    assertThat(script.text()).isEqualTo("1\r\n");
  }

  private static WrappedScript withBashEnv(String line, String rc) {
    String user = "u" + next++;
    guests.write(OpenSshGuests.home(user) + "/.bash-env", line + "\n");
    guests.write(OpenSshGuests.home(user) + "/.bashrc", rc + "\n");
    return new WrappedScript(() -> guests.connect(user));
  }
}
