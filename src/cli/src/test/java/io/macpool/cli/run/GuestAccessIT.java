package io.macpool.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code macpool ssh} and {@code cp} with an instance that stays. */
class GuestAccessIT extends RunLab {

  private String created() throws Exception {
    assertThat(run("create", "macos-15")).as(err()).isZero();
    return out().strip();
  }

  @Test
  void aCommandsStreamsAndStatusAreItsOwnAndTheInstanceStays() throws Exception {
    String id = created();

    int status =
        run("ssh", id, "--", "sh", "-c", "echo \"$1\"; echo oops >&2; exit 7", "x", "a  b");

    assertThat(out()).isEqualTo("a  b\n");
    assertThat(err()).isEqualTo("oops\n");
    assertThat(status).isEqualTo(7);
    assertThat(run("ssh", id, "--", "ls", "-A")).as(err()).isZero();
    assertThat(out().lines().filter(name -> name.startsWith(".macpool-")))
        .as("its own, and nothing that the first one left")
        .hasSizeLessThanOrEqualTo(1);
    assertThat(broker.instances()).containsExactly(id);
    assertThat(run("delete", id)).as(err()).isZero();
    assertThat(broker.instances()).isEmpty();
  }

  @Test
  void withoutACommandThereIsAShell() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1) of util-linux here");
    String id = created();
    Process begun = beginInTerminal("stty rows 33 cols 77", "ssh", id);
    begun.getOutputStream().write("echo $((40 + 2)); exit 5\n".getBytes(UTF_8));
    begun.getOutputStream().flush();

    assertThat(status(begun)).as(out() + err()).isEqualTo(5);
    assertThat(out()).contains("42");
  }

  @Test
  void whatIsNotThereIsToldByItsOwnStatus() throws Exception {
    assertThat(run("ssh", "no-such-instance", "--", "true")).isEqualTo(127);
    assertThat(err()).contains("macpool: the instance is gone");
    assertThat(run("cp", ".", "no-such-instance:project")).isEqualTo(127);
    assertThat(run("cp", "here", "there")).isEqualTo(1);
    assertThat(err()).contains("write it as ID:PATH");
  }

  @Test
  void filesGoThereAndBackAndOnlyWhatDiffers() throws Exception {
    String id = created();
    Path project = Files.createDirectory(directory.resolve("my project"));
    Files.writeString(project.resolve("one"), "1\n");
    Files.writeString(project.resolve("two"), "2\n");

    assertThat(run("cp", project.toString(), id + ":work")).as(err()).isZero();
    assertThat(err()).contains("macpool: 2 files differed");
    Files.writeString(project.resolve("two"), "2 anew\n");
    assertThat(run("cp", project.toString(), id + ":work")).as(err()).isZero();
    assertThat(err()).contains("macpool: 1 files differed");
    assertThat(run("ssh", id, "--", "cat", "work/one", "work/two")).as(err()).isZero();
    assertThat(out()).isEqualTo("1\n2 anew\n");

    Path back = directory.resolve("back");
    assertThat(run("cp", id + ":work", back.toString())).as(err()).isZero();
    assertThat(back.resolve("two")).hasContent("2 anew\n");
    assertThat(run("cp", id + ":nothing", back.toString())).isEqualTo(126);
    assertThat(err()).contains("the guest has no nothing to download");
  }
}
