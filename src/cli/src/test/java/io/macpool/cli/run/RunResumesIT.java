package io.macpool.cli.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.sim.net.TcpGate;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to a Mac that break while a command runs there: by OpenSSH's client, over a gate. */
class RunResumesIT extends RunLab {

  /** Bytes after which the next connections break, as the Mac sends them. */
  private final ConcurrentLinkedDeque<Integer> cuts = new ConcurrentLinkedDeque<>();

  private TcpGate gate;

  @AfterEach
  void shut() {
    if (gate != null) {
      gate.close();
    }
  }

  /** OpenSSH's client comes by the gate. */
  private void gate() throws IOException {
    gate = TcpGate.open(address(), sshPort(), 0, this::censor);
    client("set -- -o HostName=127.0.0.1 -p " + gate.port() + " \"$@\"");
  }

  private TcpGate.Censor censor() {
    Integer next = cuts.poll();
    return new TcpGate.Censor() {
      private long left = next == null ? Long.MAX_VALUE : next;

      @Override
      public boolean read(boolean fromClient, Buffer bytes, Buffer onward) {
        int passing = (int) Math.min(left, bytes.length());
        onward.appendBuffer(bytes.getBuffer(0, fromClient ? bytes.length() : passing));
        left -= fromClient ? 0 : passing;
        return left == 0;
      }
    };
  }

  private byte[] random(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Files.write(directory.resolve(name), bytes);
    return bytes;
  }

  private void takeOpenSshIf(boolean real) {
    if (real) {
      takeOpenSsh();
    }
  }

  /** In the handshake, before and after the command began, in its output, and at its end. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noByteIsLostOrComesTwice(boolean real) throws Exception {
    takeOpenSshIf(real);
    byte[] first = random("first", 1_500_007);
    byte[] second = random("second", 700_001);
    gate();
    cuts.addAll(List.of(900, 3_000, 60_000, 4_100, 1_000_000));
    int status =
        run(
            "run",
            "macos-15",
            "--",
            "sh",
            "-c",
            "cat \"$0/first\" & cat \"$0/second\" >&2; wait; exit 42",
            directory.toString());

    byte[] err = Files.readAllBytes(directory.resolve("err"));
    assertThat(status).as(new String(err, ISO_8859_1)).isEqualTo(42);
    assertThat(Files.readAllBytes(directory.resolve("out"))).isEqualTo(first);
    // What we say stands between what the command does.
    assertThat(without(err, "macpool: ")).isEqualTo(second);
    assertThat(cuts).isEmpty();
    assertThat(broker.instances()).isEmpty();
  }

  private static byte[] without(byte[] bytes, String begin) throws IOException {
    byte[] marker = begin.getBytes(UTF_8);
    var rest = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      if (Arrays.equals(
          bytes, i, Math.min(i + marker.length, bytes.length), marker, 0, marker.length)) {
        while (bytes[i] != '\n') {
          i++;
        }
      } else {
        rest.write(bytes[i]);
      }
    }
    return rest.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSilentCommandGoesOnAlsoIfTheMacCannotBeReachedForAWhile(boolean real) throws Exception {
    takeOpenSshIf(real);
    gate();
    Path go = directory.resolve("go");
    Process begun =
        begin(
            key(),
            "run",
            "macos-15",
            "--",
            "sh",
            "-c",
            "echo one; until [ -e \"$0\" ]; do sleep 0.1; done; echo two; exit 3",
            go.toString());
    Awaitility.await().atMost(PATIENCE).until(() -> out().equals("one\n"));
    gate.stop();
    Awaitility.await().atMost(PATIENCE).until(() -> err().contains("connecting anew"));
    Files.createFile(go);
    gate.start();

    assertThat(status(begun)).as(err()).isEqualTo(3);
    assertThat(out()).isEqualTo("one\ntwo\n");
    assertThat(err()).contains("macpool: connected anew");
  }

  /** As at a keyboard: the terminal sends it to all that runs in it, OpenSSH's client included. */
  @Test
  void afterACtrlCTheOutputGoesOn() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1) of util-linux here");
    Process begun =
        beginInTerminal(
            "true",
            "run",
            "macos-15",
            "--",
            "sh",
            "-c",
            "trap 'echo told; echo more; exit 9' INT; echo here; while true; do sleep 0.1; done");
    Awaitility.await().atMost(PATIENCE).until(() -> out().contains("here"));
    begun.getOutputStream().write(3);
    begun.getOutputStream().flush();

    assertThat(status(begun)).as(out() + err()).isEqualTo(9);
    assertThat(out()).contains("told").contains("more").contains("SIGINT is handed on");
    assertThat(broker.instances()).isEmpty();
  }
}
