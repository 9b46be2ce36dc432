package io.macpool.worker.job.wrapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.job.JobEvent;
import io.macpool.guest.ssh.PlainTerminal;
import io.macpool.worker.job.wrapper.WrapperDialogue.Shortage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts do to the machine that they run on, on a real OpenSSH. */
@Execution(ExecutionMode.CONCURRENT)
class HostileScriptsIT {

  private static final List<String> USERS =
      IntStream.range(0, 40).mapToObj("h%02d"::formatted).toList();
  private static OpenSshGuests guests;
  private static int next;

  @BeforeAll
  static void start() {
    next = 0;
    Map<String, String> users = new LinkedHashMap<>();
    USERS.forEach(user -> users.put(user, "/bin/bash"));
    guests = OpenSshGuests.start(users, "", "RekeyLimit 1M", "MaxSessions 1");
  }

  @AfterAll
  static void stop() {
    if (guests != null) {
      guests.close();
    }
  }

  private static synchronized String newUser() {
    return USERS.get(next++);
  }

  private static WrappedScript script(String user) {
    return new WrappedScript(() -> guests.connect(user));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aRemovedHomeTakesNothingAway(int status) {
    WrappedScript script = script(newUser());
    script.start("echo begin; cd /; rm -rf ~; [ ! -e ~ ] && echo end; exit " + status);
    assertThat(script.status()).isEqualTo(status);
    assertThat(script.text()).isEqualTo("begin\r\nend\r\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aFullDiskTakesNothingAwayAndIsTold(int status) {
    WrappedScript script = script(newUser());
    script.start(
        "echo begin; head -c 2000000 /dev/zero > ~/big 2>/dev/null; seq 1 20000; exit " + status);
    assertThat(script.status()).isEqualTo(status);
    assertThat(script.shortage()).isEqualTo(status == 0 ? Shortage.NOTHING : Shortage.HOME);
    assertThat(script.text()).isEqualTo("begin\r\n" + lines(20_000));
  }

  @Test
  void aFullDiskAndALostSessionTakeNothingAway() {
    String user = newUser();
    WrappedScript script = script(user);
    script.start(
        "head -c 2000000 /dev/zero > ~/big 2>/dev/null; rm -f ~/go; seq 1 1000; echo half;"
            + " until [ -e /var/tmp/go-"
            + user
            + " ]; do sleep 0.05; done; seq 1 1000; exit 1");
    script.awaitText("half");
    script.reattach();
    script.await(JobEvent.SessionRegained.class::isInstance);
    goOn(user);
    assertThat(script.status()).isEqualTo(1);
    assertThat(script.text()).isEqualTo(lines(1000) + "half\r\n" + lines(1000));
  }

  private static void goOn(String user) {
    guests.write("/var/tmp/go-" + user, "");
  }

  private static String lines(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> i + "\r\n").collect(Collectors.joining());
  }

  /** It may remove what the wrapper has in RAM, too: the session of the moment needs no names. */
  @Test
  void evenTheWrappersFilesMayGo() {
    WrappedScript script = script(newUser());
    script.start("rm -rf /dev/shm/.macpool-* 2>/dev/null; seq 1 1000; exit 1");
    assertThat(script.status()).isEqualTo(1);
    assertThat(script.text()).isEqualTo(lines(1000));
  }

  @Test
  void withoutFilesANewSessionHasNoVerdict() {
    String user = newUser();
    WrappedScript script = script(user);
    script.start(
        "rm -rf /dev/shm/.macpool-" + script.place() + "; echo gone; sleep 60 >/dev/null 2>&1");
    script.awaitText("gone");
    script.reattach();
    assertThat(script.end()).isInstanceOf(JobEvent.InstanceLost.class);
  }

  @Test
  void whatRunsInTheBackgroundHoldsNothingUp() {
    WrappedScript script = script(newUser());
    script.start("echo begin; sleep 60 & nohup sleep 61 & setsid sleep 62 & echo end");
    assertThat(script.status()).isZero();
    assertThat(script.text()).startsWith("begin\r\n").contains("end\r\n");
  }

  @Test
  void execEndsWithTheOtherProgramsStatus() {
    WrappedScript script = script(newUser());
    script.start("echo begin; exec sh -c 'echo end; exit 7'");
    assertThat(script.status()).isEqualTo(7);
    assertThat(script.text()).isEqualTo("begin\r\nend\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "INT", "QUIT", "TERM", "USR1", "PIPE", "ALRM", "SEGV"})
  void aSignalEndsAndIsTrappedAsUnderAPlainShell(String signal) {
    WrappedScript script = script(newUser());
    script.start(
        "trap 'echo trapped' "
            + signal
            + "; kill -"
            + signal
            + " $$; trap - "
            + signal
            + "; sleep 30 & kill -"
            + signal
            + " $!; wait $! 2>/dev/null; echo child $?; kill -"
            + signal
            + " $$; echo never");
    int number = Integer.parseInt(kill(signal));
    // A background child of a shell without job control ignores INT and QUIT: then it is slow.
    if (!signal.equals("INT") && !signal.equals("QUIT")) {
      assertThat(script.status()).isEqualTo(128 + number);
      assertThat(script.text()).startsWith("trapped\r\n").doesNotContain("never");
    } else {
      script.awaitText("trapped");
      script.close();
    }
  }

  private static String kill(String signal) {
    return Map.of(
            "HUP", "1", "INT", "2", "QUIT", "3", "TERM", "15", "USR1", "10", "PIPE", "13", "ALRM",
            "14", "SEGV", "11")
        .get(signal);
  }

  @Test
  void aHundredMegabytesComeWholeAcrossNewKeys() {
    WrappedScript script = script(newUser());
    script.start("stty -onlcr; head -c 100000000 /dev/zero; exit 1");
    assertThat(script.status()).isEqualTo(1);
    assertThat(script.size()).isEqualTo(100_000_000L);
  }

  @Test
  void theTraceComesByTheSameChannel() throws IOException {
    Path trace = Path.of("/tmp/build.trace");
    Files.deleteIfExists(trace);
    WrappedScript script = script(newUser());
    script.start("head -c 300000 /dev/zero > /tmp/build.trace; echo end; exit 1");
    script.await(JobEvent.ScriptExited.class::isInstance);
    assertThat(script.trace()).hasValueSatisfying(t -> assertThat(t).hasSize(300_000));
    script.close();
    Files.deleteIfExists(trace);
    assertThat(script.text()).isEqualTo("end\r\n");
  }

  @Test
  void aMachineThatWasUsedIsStale() throws IOException {
    String user = newUser();
    guests.write(OpenSshGuests.home(user) + "/build.sh", "echo stale");
    WrappedScript script = script(user);
    assertThat(script.upload("true", Optional.empty()))
        .isInstanceOfSatisfying(
            JobEvent.UploadFailed.class, e -> assertThat(e.reason()).contains("stale VM"));
    script.close();
  }

  /** The session is lost before the wrapper heard that it is to start. */
  @Test
  void aStartThatWasNotHeardIsMadeUpForOnce() {
    WrappedScript script = script(newUser());
    script.upload("echo once >> ~/runs; cat ~/runs; exit 1", Optional.empty());
    script.reattach();
    assertThat(script.status()).isEqualTo(1);
    assertThat(script.text()).isEqualTo("once\r\n");
  }

  @Test
  void noSecretIsSeenInProcessesOrOutput() throws IOException {
    String secret = "s3cr\"et\\ $(touch /tmp/pwned) 'x' " + Wrapper.newKey();
    String user = newUser();
    guests.write(OpenSshGuests.home(user) + "/.bashrc", "set -x\n");
    guests.write(
        OpenSshGuests.home(user) + "/bin/security",
        """
        #!/bin/sh
        cat > ~/heard
        ps -ef --no-headers -ww > ~/ps
        cat /proc/[0-9]*/environ >> ~/ps
        """);
    guests.at(OpenSshGuests.home(user) + "/bin/security").toFile().setExecutable(true, false);
    guests.write(OpenSshGuests.home(user) + "/.bashrc", "PATH=~/bin:$PATH\nset -x\n");
    WrappedScript script = script(user);
    script.upload("ps -ef -ww; set; env; exit 1", Optional.of(secret));
    script.go();
    assertThat(script.status()).isEqualTo(1);
    String tail = secret.substring(secret.length() - 32);
    assertThat(script.text()).contains("build.sh").doesNotContain(tail);
    assertThat(Files.readString(guests.at(OpenSshGuests.home(user) + "/heard")))
        .startsWith("unlock-keychain -p \"s3cr\\\"et\\\\ $(touch")
        .contains(tail);
    assertThat(
            Files.readString(
                guests.at(OpenSshGuests.home(user) + "/ps"), StandardCharsets.ISO_8859_1))
        .doesNotContain(tail);
    assertThat(guests.log()).doesNotContain(tail);
  }

  /** Everything that a script can see of how it was started. */
  private static final String TABLE =
      "grep -E 'Sig(Blk|Ign|Cgt)|NoNewPrivs' /proc/self/status; umask; ulimit -a; pwd; echo $0 $#;"
          + " tty; stty -a; [ -t 0 ] && echo in; [ -t 1 ] && echo out; [ -t 2 ] && echo err;"
          + " ls /proc/self/fd | tr '\\n' ' '; trap -p; echo $-; shopt -p | md5sum;"
          + " env | grep -vE '^(SSH_|_=|SHLVL=)' | sort;"
          + " trap 'echo INT' INT; kill -INT $$; sh -c 'kill -INT $$'; echo $?;"
          + " sh -c 'kill -QUIT $$'; echo $?; sh -c 'kill -HUP $$'; echo $?;"
          + " sh -c 'kill -PIPE $$'; echo $?; echo end";

  @Test
  void aScriptStartsAsUnderAPlainShell() {
    String user = newUser();
    guests.write(
        OpenSshGuests.home(user) + "/.bashrc", "umask 027; ulimit -n 777; export FROM_RC=1\n");
    WrappedScript script = script(user);
    script.start(TABLE);
    int status = script.status();
    guests.write(OpenSshGuests.home(user) + "/build.sh", TABLE);
    PlainTerminal.Ran plain =
        PlainTerminal.run(
            guests.key(), user, guests.port(), "bash " + OpenSshGuests.home(user) + "/build.sh");
    List<String> wrapped = new ArrayList<>(normal(script.text()));
    List<String> bare = new ArrayList<>(normal(plain.output()));
    assertThat(wrapped).hasSameSizeAs(bare);
    List<String> same = List.copyOf(wrapped);
    wrapped.removeAll(bare);
    bare.removeAll(same);
    assertThat(wrapped).isEqualTo(bare);
    assertThat(status).isEqualTo(plain.status());
  }

  private static List<String> normal(String text) {
    return Stream.of(
            text.replaceAll("/dev/pts/\\d+", "/dev/pts/N")
                .replaceAll("line 1: +\\d+ ", "line 1: N ")
                .split("\r\n"))
        .toList();
  }
}
