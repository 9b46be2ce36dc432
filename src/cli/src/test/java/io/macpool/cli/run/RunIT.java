package io.macpool.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What goes in and out of a command that runs on a Mac. */
class RunIT extends RunLab {

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

  /** What a window has at first, and OpenSSH's client hands on. */
  @Test
  void aTerminalHasTheWindowsSize() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1) of util-linux here");
    Process begun =
        beginInTerminal(
            "stty rows 33 cols 77",
            "run",
            "macos-15",
            "-t",
            "--",
            "sh",
            "-c",
            "echo $COLUMNS x $LINES");

    assertThat(status(begun)).as(out() + err()).isZero();
    assertThat(out()).contains("77 x 33");
  }

  @Test
  void aTerminalIsNotGivenUnasked() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1) of util-linux here");
    Process begun =
        beginInTerminal(
            "stty rows 33 cols 77", "run", "macos-15", "--", "sh", "-c", "echo ${COLUMNS:-none}");

    assertThat(status(begun)).as(out() + err()).isZero();
    assertThat(out()).contains("none");
  }
}
