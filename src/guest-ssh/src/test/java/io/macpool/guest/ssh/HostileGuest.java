package io.macpool.guest.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.KeyPair;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.session.ServerSession;

/**
 * Lets everybody in, and on a command's channel says whatever its program says: some byte for what
 * is sent, some for what is in it. Its last word is that the channel is closed.
 */
final class HostileGuest implements AutoCloseable {

  private static final int MOST = 48;
  private static final int KINDS = 16;

  private final SshServer server;

  // Nobody waits for a command that is stuck in a write, as one is whose client has gone.
  private volatile byte[] program = new byte[0];
  private final Set<Integer> statuses = ConcurrentHashMap.newKeySet();
  private final AtomicLong said = new AtomicLong();

  private HostileGuest(SshServer server) {
    this.server = server;
  }

  static HostileGuest start(KeyPair hostKey) throws IOException {
    SshServer server = SshServer.setUpDefaultServer();
    HostileGuest guest = new HostileGuest(server);
    server.setHost("127.0.0.1");
    server.setPort(0);
    server.setKeyPairProvider(KeyPairProvider.wrap(List.of(hostKey)));
    server.setPublickeyAuthenticator((user, key, session) -> true);
    server.setCommandFactory((channel, line) -> guest.new Programmed());
    CoreModuleProperties.TCP_NODELAY.set(server, true);
    server.start();
    return guest;
  }

  int port() {
    return server.getPort();
  }

  /** What the next command's channel is to say. */
  void play(byte[] next) {
    program = next.clone();
    statuses.clear();
    said.set(0);
  }

  /** Exit statuses that were told as they should be. */
  Set<Integer> statuses() {
    return Set.copyOf(statuses);
  }

  /** Bytes of output that were sent. */
  long said() {
    return said.get();
  }

  @Override
  public void close() throws IOException {
    server.stop(true);
  }

  private final class Programmed implements Command {

    @Override
    public void start(ChannelSession channel, Environment environment) throws IOException {
      byte[] says = program;
      ServerSession session = channel.getServerSession();
      try {
        for (int at = 0; at + 1 < Math.min(says.length, 2 * MOST); at += 2) {
          say(session, (int) channel.getRecipient(), says[at] & 0xff, says[at + 1] & 0xff);
        }
      } finally {
        Buffer close = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_CLOSE);
        close.putUInt(channel.getRecipient());
        session.writePacket(close);
      }
    }

    private void say(ServerSession session, int channel, int kind, int value) throws IOException {
      switch (kind % KINDS) {
        case 0 -> data(session, channel, SshConstants.SSH_MSG_CHANNEL_DATA, value);
        case 1 -> data(session, channel, SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA, value);
        case 2 -> data(session, channel, SshConstants.SSH_MSG_CHANNEL_DATA, 100 * value);
        case 3 -> send(session, SshConstants.SSH_MSG_CHANNEL_EOF, channel, new byte[0]);
        case 4 -> {
          statuses.add(value - 3);
          request(session, channel, "exit-status", new byte[] {0, 0, 0, 0}, value - 3);
        }
        case 5 -> {
          Buffer signal = of(session, SshConstants.SSH_MSG_CHANNEL_REQUEST, channel);
          signal.putString("exit-signal");
          signal.putBoolean(value % 2 == 0);
          signal.putString("KILL".repeat(value));
          signal.putBoolean(false);
          signal.putString("\u001b[2J");
          signal.putString("");
          session.writePacket(signal);
        }
        case 6 -> request(session, channel, "exit-status", new byte[value % 4], -1);
        // Of the connection's protocol: one of the transport's would stop the server itself, and
        // one about the channel's opening leaves the client waiting, as silence does.
        case 7 ->
            send(
                session,
                (byte) (value % 30 < 12 ? 80 + value % 3 : 93 + value % 15),
                channel,
                program);
        case 8 -> request(session, channel, "x".repeat(value), program, -1);
        case 9 -> send(session, SshConstants.SSH_MSG_IGNORE, 0, new byte[value]);
        case 10 -> send(session, SshConstants.SSH_MSG_UNIMPLEMENTED, value, new byte[0]);
        case 11 ->
            send(
                session,
                SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST,
                channel,
                new byte[] {(byte) value, -1, -1, -1});
        case 12 ->
            send(
                session,
                SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA,
                channel,
                new byte[] {0, 0, 0, (byte) value, 0, 0, 0, 0});
        case 13 ->
            send(session, SshConstants.SSH_MSG_CHANNEL_CLOSE, channel + value % 3, new byte[0]);
        case 14 -> {
          if (value % 4 == 0) {
            send(session, SshConstants.SSH_MSG_DISCONNECT, value, program);
          }
        }
        default -> {
          Buffer open = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN);
          open.putString(value % 2 == 0 ? "session" : "x11");
          open.putUInt(value);
          open.putUInt(0xffffffffL);
          open.putUInt(value);
          session.writePacket(open);
        }
      }
    }

    private void data(ServerSession session, int channel, byte type, int size) throws IOException {
      Buffer data = of(session, type, channel);
      if (type == SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA) {
        data.putUInt(SshConstants.SSH_EXTENDED_DATA_STDERR);
      }
      data.putBytes("x".repeat(size).getBytes(UTF_8));
      said.addAndGet(size);
      session.writePacket(data);
    }

    private void request(ServerSession session, int channel, String name, byte[] payload, int last)
        throws IOException {
      Buffer request = of(session, SshConstants.SSH_MSG_CHANNEL_REQUEST, channel);
      request.putString(name);
      request.putBoolean(false);
      if (last >= 0 || (name.equals("exit-status") && payload.length == 4)) {
        request.putInt(last);
      } else {
        request.putRawBytes(payload);
      }
      session.writePacket(request);
    }

    private void send(ServerSession session, byte type, int first, byte[] rest) throws IOException {
      Buffer packet = of(session, type, first);
      packet.putRawBytes(rest);
      session.writePacket(packet);
    }

    private Buffer of(ServerSession session, byte type, int channel) {
      Buffer packet = session.createBuffer(type);
      packet.putUInt(channel & 0xffffffffL);
      return packet;
    }

    @Override
    public void destroy(ChannelSession channel) {
      // nothing runs
    }

    @Override
    public void setInputStream(InputStream in) {
      // nobody listens
    }

    @Override
    public void setOutputStream(OutputStream out) {
      // it says all in packets
    }

    @Override
    public void setErrorStream(OutputStream err) {
      // so it does of errors
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
      // it tells its end itself
    }
  }
}
