package io.macpool.sim.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker may expect of any guest: our simulated ones, and OpenSSH's server. */
@Timeout(60)
abstract class SshGuestContract {

  private static final Duration SOON = Duration.ofSeconds(10);

  /** One guest to connect to. */
  record Target(String user, String host, int port, KeyPair key) {}

  private final String name = "contract-" + UUID.randomUUID();
  private SshClient client;
  private ClientSession session;

  abstract Target target() throws Exception;

  private ClientSession connect(KeyPair key) throws Exception {
    Target target = target();
    ClientSession opened =
        client.connect(target.user(), target.host(), target.port()).verify(SOON).getSession();
    opened.addPublicKeyIdentity(key);
    opened.auth().verify(SOON);
    return opened;
  }

  @BeforeEach
  void open() throws Exception {
    client = SshClient.setUpDefaultClient();
    client.setServerKeyVerifier((opened, address, key) -> true);
    client.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(
            true, List.of(BuiltinDHFactories.ecdhp256), ClientBuilder.DH2KEX));
    // No key of this machine's user, only the one given.
    client.setKeyIdentityProvider(null);
    client.start();
    session = connect(target().key());
  }

  @AfterEach
  void shut() throws IOException {
    run("rm -rf ~/" + name, false);
    session.close();
    client.stop();
  }

  private record Ran(Integer code, String out, String err) {}

  private Ran run(String command, boolean pty) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (ChannelExec channel = session.createExecChannel(command)) {
      channel.setUsePty(pty);
      channel.setPtyType("xterm");
      channel.setPtyColumns(80);
      channel.setPtyLines(40);
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

  private void upload(String path, String text) throws IOException {
    try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session);
        var file = sftp.write(path)) {
      file.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void exitCodeAndBothStreamsComeBack() throws Exception {
    assertThat(run("echo out; echo err >&2; exit 7", false))
        .isEqualTo(new Ran(7, "out\n", "err\n"));
  }

  @Test
  void aTerminalMergesTheStreamsAndEndsLinesWithCrLf() throws Exception {
    assertThat(run("echo out; echo err >&2; exit 3", true))
        .isEqualTo(new Ran(3, "out\r\nerr\r\n", ""));
  }

  @Test
  void whatIsUploadedWithoutADirectoryLiesInTheHome() throws Exception {
    upload(name, "echo \"$0\" ran; exit 5");
    assertThat(run("bash ~/" + name, false).code()).isEqualTo(5);
    assertThat(run("cd; ls " + name, false).out()).isEqualTo(name + "\n");
  }

  @Test
  void aFileThatExistsIsNotCreatedAgain() throws Exception {
    upload(name, "once");
    try (SftpClient sftp = SftpClientFactory.instance().createSftpClient(session)) {
      assertThatThrownBy(
              () ->
                  sftp.open(
                      name,
                      List.of(
                          SftpClient.OpenMode.Create,
                          SftpClient.OpenMode.Exclusive,
                          SftpClient.OpenMode.Write)))
          .isInstanceOf(SftpException.class);
      assertThat(sftp.stat(name).getSize()).isEqualTo(4);
      assertThatThrownBy(() -> sftp.stat(name + "-absent"))
          .isInstanceOfSatisfying(
              SftpException.class,
              e -> assertThat(e.getStatus()).isEqualTo(SftpConstants.SSH_FX_NO_SUCH_FILE));
    }
  }

  @Test
  void whatIsDetachedOutlivesItsChannel() throws Exception {
    Ran started =
        run(
            "mkdir ~/"
                + name
                + "; cd ~/"
                + name
                + "; nohup setsid bash -c"
                + " 'echo > on; until [ -e go ]; do sleep 0.05; done; echo 4 > exit'"
                + " </dev/null >log 2>&1 &"
                // Until it has detached itself, the end of this command would hang it up.
                + " until [ -e on ]; do sleep 0.05; done",
            true);
    assertThat(started.code()).isZero();
    run("touch ~/" + name + "/go", false);
    await().atMost(SOON).until(() -> run("cat ~/" + name + "/exit", false).out().equals("4\n"));
  }

  @Test
  void whatIsNotDetachedEndsWithTheTerminal() throws Exception {
    assertThat(
            run("mkdir ~/" + name + "; sleep 300 & echo $! >~/" + name + "/pid; sleep 0.3", true)
                .code())
        .isZero();
    await().atMost(SOON).until(() -> run("kill -0 $(cat ~/" + name + "/pid)", false).code() != 0);
  }

  @Test
  void aTerminalsProcessesEndWithItsChannel() throws Exception {
    ChannelExec channel =
        session.createExecChannel("mkdir ~/" + name + "; echo $$ > ~/" + name + "/pid; sleep 300");
    channel.setUsePty(true);
    channel.open().verify(SOON);
    await().atMost(SOON).until(() -> !run("cat ~/" + name + "/pid", false).out().isEmpty());
    channel.close(false).await(SOON);
    await().atMost(SOON).until(() -> run("kill -0 $(cat ~/" + name + "/pid)", false).code() != 0);
  }

  @Test
  void anUnknownKeyIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair stranger = generator.generateKeyPair();
    assertThat(KeyUtils.compareKeyPairs(stranger, target().key())).isFalse();
    assertThatThrownBy(() -> connect(stranger)).isInstanceOf(IOException.class);
  }

  @Test
  void manyCommandsShareOneConnection() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(run("echo " + i, false).out()).isEqualTo(i + "\n");
    }
  }
}
