package io.macpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code macpool run} as a person has it: a process, OpenSSH's client, guests that run commands.
 */
class RunIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private GuestFleet guests;
  private BrokerSimulator broker;
  private Process process;
  private Path where;
  private String path = System.getenv("PATH");

  @BeforeEach
  void start() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "ssh")));
    assumeTrue(there, "there is no OpenSSH client here: macpool run is not tested");
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.96.0.1"));
    broker = BrokerSimulator.start(1, guests);
  }

  @AfterEach
  void stop() {
    if (process != null) {
      process.destroyForcibly();
    }
    if (broker != null) {
      broker.close();
      guests.close();
    }
  }

  /** It may begin in a directory of its own. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Process begin(String key, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where == null ? null : where.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().put("PATH", path);
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("MACPOOL_URL", broker.endpoint().toString());
    builder.environment().put("MACPOOL_SSH_KEY", key);
    builder.environment().put("MACPOOL_SSH_PORT", Integer.toString(guests.sshPort()));
    process = builder.start();
    return process;
  }

  private int run(String... arguments) throws Exception {
    Process begun = begin(guests.privateKeyFile().toString(), arguments);
    begun.getOutputStream().close();
    return status(begun);
  }

  /** A command that has begun and lasts. */
  private Process lasting() throws IOException {
    return lasting("echo here; sleep 60");
  }

  private Process lasting(String script) throws IOException {
    Process begun =
        begin(guests.privateKeyFile().toString(), "run", "macos-15", "--", "sh", "-c", script);
    Awaitility.await().atMost(PATIENCE).until(() -> out().equals("here\n"));
    return begun;
  }

  /** Puts a client before OpenSSH's own. */
  private void client(String before) throws IOException {
    Path folder = Files.createDirectory(directory.resolve("bin"));
    Path client = folder.resolve("ssh");
    Files.writeString(client, "#!/bin/sh\n" + before + "\nPATH=${PATH#*:}\nexec ssh \"$@\"\n");
    assertThat(client.toFile().setExecutable(true)).isTrue();
    path = folder + File.pathSeparator + System.getenv("PATH");
  }

  private static int status(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String out() throws IOException {
    return Files.readString(directory.resolve("out"));
  }

  private String err() throws IOException {
    return Files.readString(directory.resolve("err"));
  }

  @Test
  void theCommandsWordsStreamsAndStatusAreItsOwn() throws Exception {
    int status =
        run(
            "run",
            "macos-15",
            "--",
            "sh",
            "-c",
            "echo \"$1\"; echo oops >&2; exit 7",
            "x",
            "a  'b");

    assertThat(err()).endsWith("oops\n");
    assertThat(out()).isEqualTo("a  'b\n");
    assertThat(status).isEqualTo(7);
    assertThat(broker.created()).isEqualTo(1);
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void inputReachesTheCommandAndAStatusOf255IsItsOwn() throws Exception {
    Process begun =
        begin(
            guests.privateKeyFile().toString(),
            "run",
            "macos-15",
            "--",
            "sh",
            "-c",
            "cat; exit 255");
    begun.getOutputStream().write("hello".getBytes(UTF_8));
    begun.getOutputStream().close();

    assertThat(status(begun)).as(err()).isEqualTo(255);
    assertThat(out()).isEqualTo("hello");
  }

  /** OpenSSH's client ends with 255 for a channel that was refused, too. */
  @Test
  void aCommandWhoseChannelWasRefusedIsBegunAgain() throws Exception {
    client(
        "case \"$*\" in *'cat; '*) mkdir " + directory + "/refused 2>/dev/null && exit 255;; esac");
    Process begun =
        begin(
            guests.privateKeyFile().toString(), "run", "macos-15", "--", "sh", "-c", "cat; exit 3");
    begun.getOutputStream().write("hello".getBytes(UTF_8));
    begun.getOutputStream().close();

    assertThat(status(begun)).as(err()).isEqualTo(3);
    assertThat(out()).isEqualTo("hello");
    assertThat(directory.resolve("refused")).isDirectory();
  }

  /** Now and then a command's status is lost on its way, and it must not run twice for that. */
  @Test
  void aCommandWhoseStatusWasLostIsNotRunAgain() throws Exception {
    client("case \"$*\" in *'exit 4'*) PATH=${PATH#*:}; ssh \"$@\"; exit 255;; esac");

    assertThat(run("run", "macos-15", "--", "sh", "-c", "echo once; exit 4"))
        .as(err())
        .isEqualTo(4);
    assertThat(out()).isEqualTo("once\n");
  }

  @Test
  void whatIsUploadedIsWhereTheCommandBeginsAndWhatItMadeComesBack() throws Exception {
    Path project = Files.createDirectory(directory.resolve("my project"));
    Files.writeString(project.resolve("in"), "in\n");
    where = Files.createDirectory(directory.resolve("here"));
    int status =
        run(
            "run",
            "macos-15",
            "--upload",
            project.toString(),
            "--download",
            "out",
            "-e",
            "WHO=a b",
            "--",
            "sh",
            "-c",
            "mkdir out; cat in >out/copy; echo $WHO >>out/copy; echo done; exit 5");

    assertThat(status).as(err()).isEqualTo(5);
    assertThat(out()).isEqualTo("done\n");
    assertThat(where.resolve("out/copy")).hasContent("in\na b\n");
  }

  @Test
  void aDownloadThatDoesNotComeIsNoSuccess() throws Exception {
    where = Files.createDirectory(directory.resolve("here"));
    assertThat(run("run", "macos-15", "--download", "out", "--", "true")).isEqualTo(126);
    assertThat(err()).contains("macpool: the guest has no out to download");
  }

  /** Whoever is killed renews no more: the broker takes the Mac back when the lease ends. */
  @Test
  void afterKillNineTheLeaseFreesTheSlot() throws Exception {
    broker.knowLeases();
    Process begun = lasting();
    ProcessHandle client = begun.toHandle();
    begun.destroyForcibly();
    assertThat(status(begun)).isEqualTo(137);
    assertThat(client.isAlive()).isFalse();
    assertThat(broker.instances()).hasSize(1);
    broker.passTime(Duration.ofSeconds(61));

    // The simulator ends leases when it next hears of one: so this one waits, and gets the Mac.
    assertThat(run("run", "macos-15", "--", "true")).as(err()).isZero();
    assertThat(broker.instances()).isEmpty();
    assertThat(broker.created()).isEqualTo(2);
  }

  @Test
  void withoutAFreeMacItSaysSoWaitsAndGivesUp() throws Exception {
    broker.resize(0);

    assertThat(run("run", "macos-15", "--wait", "1s", "--", "true")).isEqualTo(125);
    assertThat(err())
        .contains("macpool: waiting for a free Mac: ")
        .contains("macpool: no Mac was free within 1s: ");
  }

  @Test
  void aGuestThatDoesNotLetUsInIsToldAndDestroyed() throws Exception {
    Path wrong = directory.resolve("wrong");
    new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", wrong.toString())
        .start()
        .waitFor();
    Process begun = begin(wrong.toString(), "run", "macos-15", "--", "true");

    assertThat(status(begun)).isEqualTo(127);
    assertThat(err()).contains("does not let travis in").contains("MACPOOL_SSH_KEY");
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void aLostMacIsToldByItsOwnStatus() throws Exception {
    Process begun = lasting();
    broker.destroy(broker.instances().iterator().next());

    assertThat(status(begun)).isEqualTo(126);
  }

  @Test
  void aCommandThatTakesTooLongIsEnded() throws Exception {
    assertThat(run("run", "macos-15", "--timeout", "1s", "--", "sleep", "60")).isEqualTo(124);
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void aSignalIsHandedOnToTheCommandWhichEndsInItsOwnTime() throws Exception {
    Process begun =
        lasting("trap 'echo told; exit 9' TERM; echo here; while true; do sleep 0.1; done");
    begun.destroy();

    assertThat(status(begun)).as(err()).isEqualTo(9);
    assertThat(out()).isEqualTo("here\ntold\n");
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void aSecondSignalDestroysTheInstanceAtOnce() throws Exception {
    Process begun = lasting("trap '' TERM; echo here; while true; do sleep 0.1; done");
    begun.destroy();
    Awaitility.await().atMost(PATIENCE).until(() -> err().contains("a second one destroys"));
    begun.destroy();

    assertThat(status(begun)).as(err()).isEqualTo(143);
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void aSignalDestroysTheInstance() throws Exception {
    Process begun = lasting();
    begun.destroy();

    assertThat(status(begun)).isEqualTo(143);
    assertThat(broker.instances()).isEmpty();
  }
}
