package io.macpool.sim.ssh;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.FileSystem;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.file.nativefs.NativeFileSystemFactory;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.AsyncAuthException;
import org.apache.sshd.server.auth.password.RejectAllPasswordAuthenticator;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.session.ServerSession;
import org.apache.sshd.sftp.server.FileHandle;
import org.apache.sshd.sftp.server.SftpEventListener;
import org.apache.sshd.sftp.server.SftpSubsystem;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/**
 * The one SSH server behind all guests: it listens on every guest's address and knows by the
 * address that a client came to which guest is meant. One server instead of one per guest keeps
 * threads and memory the same for two guests and for two thousand.
 */
final class GuestServer extends SshServer {

  private static final Duration STOP = Duration.ofSeconds(5);

  private final Optional<GuestProgram> program;
  private final Function<String, Optional<Guest>> guests;

  private GuestServer(Optional<GuestProgram> program, Function<String, Optional<Guest>> guests) {
    this.program = program;
    this.guests = guests;
  }

  /** Opens the server on its own address; there, no guest answers. */
  static GuestServer open(
      String address,
      int port,
      GuestKeys keys,
      Optional<GuestProgram> program,
      Function<String, Optional<Guest>> guests)
      throws IOException {
    GuestServer server = new GuestServer(program, guests);
    SshServer defaults = SshServer.setUpDefaultServer();
    server.setSignatureFactories(defaults.getSignatureFactories());
    server.setCipherFactories(defaults.getCipherFactories());
    server.setMacFactories(defaults.getMacFactories());
    server.setCompressionFactories(defaults.getCompressionFactories());
    server.setRandomFactory(defaults.getRandomFactory());
    server.setChannelFactories(defaults.getChannelFactories());
    server.setGlobalRequestHandlers(defaults.getGlobalRequestHandlers());
    server.setForwarderFactory(defaults.getForwarderFactory());
    // Named one by one: with BouncyCastle around, MINA would choose a post-quantum exchange that
    // costs four times as much per connection. In sshd's order: over P-256 an exchange costs the
    // JDK four times as much, too.
    server.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(
            true,
            List.of(
                BuiltinDHFactories.curve25519,
                BuiltinDHFactories.curve25519_libssh,
                BuiltinDHFactories.ecdhp256,
                BuiltinDHFactories.ecdhp384,
                BuiltinDHFactories.dhg14_256),
            ServerBuilder.DH2KEX));
    server.setHost(address);
    server.setPort(port);
    server.setKeyPairProvider(KeyPairProvider.wrap(keys.hosts()));
    server.setPasswordAuthenticator(RejectAllPasswordAuthenticator.INSTANCE);
    PublicKey known = keys.client().getPublic();
    server.setPublickeyAuthenticator(
        (user, key, session) ->
            server.isLetIn(
                session, GuestFleet.USER.equals(user) && KeyUtils.compareKeys(known, key)));
    server.setShellFactory(channel -> server.command(channel, ""));
    server.setCommandFactory(server::command);
    server.setFileSystemFactory(NativeFileSystemFactory.INSTANCE);
    server.setSubsystemFactories(List.of(server.new HomeSftp()));
    server.addSessionListener(server.new Tracking());
    CoreModuleProperties.TCP_NODELAY.set(server, true); // as sshd does
    CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, 6);
    CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO);
    CoreModuleProperties.STOP_WAIT_TIME.set(server, STOP);
    server.start();
    return server;
  }

  void listen(String address) throws IOException {
    acceptor.bind(new InetSocketAddress(address, getPort()));
  }

  void stopListening(String address) {
    acceptor.unbind(new InetSocketAddress(address, getPort()));
  }

  /** Answers later where logins are slow. */
  private boolean isLetIn(Session session, boolean isKnown) {
    Optional<Guest> guest = guest(session);
    Duration time = guest.map(Guest::loginTime).orElse(Duration.ZERO);
    if (time.isZero()) {
      return isKnown && guest.isPresent();
    }
    AsyncAuthException later = new AsyncAuthException();
    CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> later.setAuthed(isKnown));
    throw later;
  }

  private Optional<Guest> guest(Session session) {
    SocketAddress local = session.getIoSession().getLocalAddress();
    return local instanceof InetSocketAddress inet
        ? guests.apply(inet.getAddress().getHostAddress())
        : Optional.empty();
  }

  private Command command(ChannelSession channel, String line) throws IOException {
    Guest guest =
        guest(channel.getSession())
            .orElseThrow(() -> new IOException("no guest at this address any more"));
    return program.isPresent()
        ? new ProgramCommand(guest, line, program.get())
        : new ShellCommand(guest, line);
  }

  /** Ties each session to its guest, so that the guest's death or a fault can end it. */
  private final class Tracking implements SessionListener {

    @Override
    public void sessionCreated(Session session) {
      guest(session).ifPresentOrElse(g -> g.connected(session), () -> session.close(true));
    }

    @Override
    public void sessionClosed(Session session) {
      guest(session).ifPresent(g -> g.disconnected(session));
    }
  }

  /** SFTP whose relative paths start in the guest's home. */
  private final class HomeSftp extends SftpSubsystemFactory {

    HomeSftp() {
      addSftpEventListener(
          new SftpEventListener() {
            @Override
            public void writing(
                ServerSession session,
                String remoteHandle,
                FileHandle localHandle,
                long offset,
                byte[] data,
                int dataOffset,
                int dataLen) {
              guest(session).ifPresent(Guest::awaitUpload);
            }
          });
    }

    @Override
    public Command createSubsystem(ChannelSession channel) throws IOException {
      Guest guest =
          guest(channel.getSession())
              .orElseThrow(() -> new IOException("no guest at this address any more"));
      SftpSubsystem subsystem = new HomeSftpSubsystem(channel, this, guest);
      getRegisteredListeners().forEach(subsystem::addSftpEventListener);
      return subsystem;
    }
  }

  private static final class HomeSftpSubsystem extends SftpSubsystem {

    private final Guest guest;

    HomeSftpSubsystem(ChannelSession channel, HomeSftp factory, Guest guest) {
      super(channel, factory);
      this.guest = guest;
    }

    @Override
    public void setFileSystem(FileSystem system) {
      super.setFileSystem(system);
      defaultDir = guest.home();
    }
  }
}
