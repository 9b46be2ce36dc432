package io.macpool.guest.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;

/** A command as ssh -t runs it, with nothing of ours between: what wrapped ones are held to. */
public final class PlainTerminal {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** What came of it. */
  public record Ran(int status, String output) {}

  private PlainTerminal() {}

  /** Runs it in a terminal of 80×40. */
  public static Ran run(GuestKey key, String user, int port, String command) {
    SshClient client = SshClient.setUpDefaultClient();
    client.setServerKeyVerifier((session, address, shown) -> true);
    client.start();
    try (ClientSession session =
        client.connect(user, "127.0.0.1", port).verify(SOON).getSession()) {
      session.addPublicKeyIdentity(key.pair());
      session.auth().verify(SOON);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (ChannelExec channel = session.createExecChannel(command)) {
        channel.setUsePty(true);
        channel.setPtyType("xterm");
        channel.setPtyColumns(80);
        channel.setPtyLines(40);
        channel.setOut(out);
        channel.open().verify(SOON);
        channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), SOON);
        return new Ran(channel.getExitStatus(), out.toString(UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      client.stop();
    }
  }
}
