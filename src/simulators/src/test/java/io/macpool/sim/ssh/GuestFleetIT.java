package io.macpool.sim.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import io.macpool.sim.net.Hold;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GuestFleetIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path temp;
  private GuestFleet fleet;
  private SshClient client;

  @BeforeEach
  void start() {
    fleet = GuestFleet.start(GuestFleetOptions.in(temp.resolve("guests")));
    client = SshClient.setUpDefaultClient();
    client.setServerKeyVerifier((session, address, key) -> key.equals(fleet.hostKey()));
    client.start();
  }

  @AfterEach
  void stop() {
    client.stop();
    fleet.close();
    assertThat(temp.resolve("guests")).doesNotExist();
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("guest-")));
  }

  private ClientSession connect(String guest) throws IOException {
    ClientSession session =
        client
            .connect("travis", fleet.address(guest).orElseThrow(), fleet.sshPort())
            .verify(SOON)
            .getSession();
    session.addPublicKeyIdentity(fleet.clientKey());
    session.auth().verify(SOON);
    return session;
  }

  private record Ran(int code, String out, String err) {}

  private static Ran run(ClientSession session, String command, boolean pty) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (ChannelExec channel = session.createExecChannel(command)) {
      channel.setUsePty(pty);
      channel.setOut(out);
      channel.setErr(err);
      channel.open().verify(SOON);
      channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), SOON);
      return new Ran(
          channel.getExitStatus(),
          out.toString(StandardCharsets.UTF_8),
          err.toString(StandardCharsets.UTF_8));
    }
  }

  @Test
  void runsAnUploadedScriptInAFreshHomeAsTravis() throws IOException {
    fleet.boot("a");
    Path home = fleet.home("a").orElseThrow();
    try (ClientSession session = connect("a")) {
      try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session);
          var file = sftp.write("wrapper.sh")) {
        file.write(
            "pwd; echo $HOME ~ $USER; echo oops >&2; exit 7".getBytes(StandardCharsets.UTF_8));
      }
      Ran ran = run(session, "bash ~/wrapper.sh", false);

      assertThat(ran.code()).isEqualTo(7);
      assertThat(ran.out()).isEqualTo(home + "\n" + home + " " + home + " travis\n");
      assertThat(ran.err()).isEqualTo("oops\n");
    }
    fleet.kill("a");
    assertThat(home).doesNotExist();
  }

  @Test
  void aTerminalMergesOutputAndEndsLinesWithCrLf() throws IOException {
    fleet.boot("a");
    try (ClientSession session = connect("a")) {
      Ran ran = run(session, "echo one; echo two >&2", true);
      assertThat(ran).isEqualTo(new Ran(0, "one\r\ntwo\r\n", ""));
    }
  }

  @Test
  void twoGuestsAreTwoMachines() throws IOException {
    fleet.boot("a");
    fleet.boot("b");
    try (ClientSession a = connect("a");
        ClientSession b = connect("b")) {
      assertThat(run(a, "touch x; ls", false).out()).isEqualTo("x\n");
      assertThat(run(b, "ls", false).out()).isEmpty();
    }
    assertThat(fleet.address("a")).isNotEqualTo(fleet.address("b"));
  }

  @Test
  void strangersAreRefused() throws IOException {
    fleet.boot("a");
    ClientSession session =
        client
            .connect("root", fleet.address("a").orElseThrow(), fleet.sshPort())
            .verify(SOON)
            .getSession();
    try (session) {
      session.addPublicKeyIdentity(fleet.clientKey());
      assertThatThrownBy(() -> session.auth().verify(SOON)).isInstanceOf(IOException.class);
    }
  }

  private static long pid(Path file) {
    await().atMost(SOON).until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void aClosedChannelEndsTheTreeButNotWhatWasDetached() throws IOException {
    fleet.boot("a");
    Path home = fleet.home("a").orElseThrow();
    try (ClientSession session = connect("a")) {
      ChannelExec channel =
          session.createExecChannel(
              "setsid sleep 300 </dev/null >/dev/null 2>&1 & echo $! > detached;"
                  + "nohup sleep 301 </dev/null >/dev/null 2>&1 & echo $! > nohup;"
                  + "(echo $BASHPID > child; while :; do sleep 0.1; done)");
      channel.open().verify(SOON);
      long child = pid(home.resolve("child"));
      long detached = pid(home.resolve("detached"));
      long nohup = pid(home.resolve("nohup"));
      channel.close(false).await(SOON);

      await().atMost(SOON).until(() -> !alive(child));
      assertThat(alive(detached)).isTrue();
      assertThat(alive(nohup)).isTrue();
      fleet.kill("a");
      await().atMost(SOON).until(() -> !alive(detached) && !alive(nohup));
    }
  }

  @Test
  void aLostConnectionEndsTheTreeToo() throws IOException {
    fleet.boot("a");
    Path home = fleet.home("a").orElseThrow();
    ClientSession session = connect("a");
    ChannelExec channel = session.createExecChannel("echo $$ > child; sleep 303");
    channel.open().verify(SOON);
    long child = pid(home.resolve("child"));
    session.close(true);

    await().atMost(SOON).until(() -> !alive(child));
  }

  @Test
  void deathEndsEvenWhatHidItsEnvironment() throws IOException {
    fleet.boot("a");
    Path home = fleet.home("a").orElseThrow();
    try (ClientSession session = connect("a")) {
      run(session, "env -i setsid sleep 302 </dev/null >/dev/null 2>&1 & echo $! > hidden", false);
      long hidden = pid(home.resolve("hidden"));
      assertThat(alive(hidden)).isTrue();
      fleet.kill("a");
      await().atMost(SOON).until(() -> !alive(hidden));
    }
  }

  @Test
  void faultsOfTheNetwork() throws IOException {
    String address = fleet.boot("a");
    try (ClientSession session = connect("a")) {
      fleet.cut("a");
      await().atMost(SOON).until(session::isClosed);
    }
    fleet.refuse("a");
    assertThatThrownBy(() -> connect("a")).hasRootCauseInstanceOf(ConnectException.class);
    fleet.hang("a");
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, fleet.sshPort()), 1000);
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
    fleet.restore("a");
    try (ClientSession session = connect("a")) {
      assertThat(run(session, "echo back", false).out()).isEqualTo("back\n");
    }
  }

  @Test
  void anUploadIsHeldBackWithItsFileOpen() throws IOException {
    fleet.boot("a");
    Path file = fleet.home("a").orElseThrow().resolve("held");
    try (ClientSession session = connect("a");
        SftpClient sftp = SftpClientFactory.instance().createSftpClient(session)) {
      CompletableFuture<Void> upload;
      try (Hold hold = fleet.holdUploads("a")) {
        upload = CompletableFuture.runAsync(() -> assertDoesNotThrow(() -> write(sftp, "held")));
        await().atMost(SOON).until(() -> hold.held() == 1);
        assertThat(file).isEmptyFile();
      }
      assertThat(upload).succeedsWithin(SOON);
      assertThat(file).hasContent("held");
    }
  }

  private static void write(SftpClient sftp, String path) throws IOException {
    try (var file = sftp.write(path)) {
      file.write(path.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void twoFleetsLiveSideBySide() {
    try (GuestFleet other = GuestFleet.start(GuestFleetOptions.in(temp.resolve("others")))) {
      assertThat(other.boot("a")).isNotEqualTo(fleet.boot("a"));
    }
    assertThat(temp.resolve("others")).doesNotExist();
  }

  @Test
  void opensshUnderstandsTheKey() throws Exception {
    String address = fleet.boot("a");
    Process ssh;
    try {
      ssh =
          new ProcessBuilder(
                  "ssh",
                  "-i",
                  fleet.privateKeyFile().toString(),
                  "-p",
                  "" + fleet.sshPort(),
                  "-o",
                  "BatchMode=yes",
                  "-o",
                  "StrictHostKeyChecking=no",
                  "-o",
                  "UserKnownHostsFile=/dev/null",
                  "-F",
                  "/dev/null",
                  "travis@" + address,
                  "echo by openssh")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      org.junit.jupiter.api.Assumptions.abort("no OpenSSH client here");
      return;
    }
    String out = new String(ssh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(ssh.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(out).isEqualTo("by openssh\n");
  }
}
