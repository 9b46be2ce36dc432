package io.macpool.sim.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.RejectAllPasswordAuthenticator;
import org.apache.sshd.server.channel.ChannelSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A machine in this process that runs commands as sshd does without a terminal. */
public final class CommandServer implements RemoteShell {

  private static final Logger log = LoggerFactory.getLogger(CommandServer.class);

  private static final int BUFFER = 32 * 1024;

  private final SshServer server;
  private final String user;
  private final Path home;
  private final Map<String, String> environment;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(work -> new Thread(work, "command-server"));
  private final Map<ProcessHandle, String> running = new ConcurrentHashMap<>();
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private volatile boolean hung;

  private CommandServer(SshServer server, String user, Path home, Map<String, String> environment) {
    this.server = server;
    this.user = user;
    this.home = home;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Listens on a free port of 127.0.0.1.
   *
   * @param keys whom it lets in, and what it shows
   * @param environment of every command, and nothing else
   */
  public static CommandServer start(
      GuestKeys keys, String user, Path home, Map<String, String> environment) {
    SshServer server = SshServer.setUpDefaultServer();
    CommandServer machine = new CommandServer(server, user, home, environment);
    server.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(
            true, List.of(BuiltinDHFactories.ecdhp256), ServerBuilder.DH2KEX));
    server.setHost("127.0.0.1");
    server.setPort(0);
    server.setKeyPairProvider(KeyPairProvider.wrap(new KeyPair[] {keys.host()}));
    server.setPasswordAuthenticator(RejectAllPasswordAuthenticator.INSTANCE);
    PublicKey known = keys.client().getPublic();
    server.setPublickeyAuthenticator(
        (name, key, session) -> user.equals(name) && KeyUtils.compareKeys(known, key));
    server.setCommandFactory((channel, line) -> machine.new Shell(line));
    server.addSessionListener(machine.new Tracking());
    CoreModuleProperties.TCP_NODELAY.set(server, true);
    CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO);
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException("can't start a simulated machine's SSH server", e);
    }
    return machine;
  }

  @Override
  public int port() {
    return server.getPort();
  }

  @Override
  public String user() {
    return user;
  }

  /** A line of known_hosts for a server that shows the host key of {@code keys}. */
  public static String knownHost(int port, GuestKeys keys) {
    return "[127.0.0.1]:" + port + " " + PublicKeyEntry.toString(keys.host().getPublic());
  }

  @Override
  public Collection<String> running() {
    return running.entrySet().stream()
        .filter(command -> command.getKey().isAlive())
        .map(command -> command.getKey().pid() + " /bin/bash -c " + command.getValue())
        .toList();
  }

  @Override
  public void cut() {
    sessions.forEach(session -> session.close(true));
  }

  @Override
  public void hang(boolean now) {
    hung = now;
    for (Session session : sessions) {
      if (now) {
        session.getIoSession().suspendRead();
      } else {
        session.getIoSession().resumeRead();
      }
    }
  }

  @Override
  public void killCommands() {
    running.keySet().forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    try {
      server.stop(true);
    } catch (IOException e) {
      log.warn("a simulated machine's SSH server did not stop", e);
    }
    killCommands();
    threads.shutdownNow();
  }

  private final class Tracking implements SessionListener {

    @Override
    public void sessionCreated(Session session) {
      sessions.add(session);
      if (hung) {
        session.getIoSession().suspendRead();
      }
    }

    @Override
    public void sessionClosed(Session session) {
      sessions.remove(session);
    }
  }

  private final class Shell extends StreamCommand {

    private final String line;

    Shell(String line) {
      this.line = line;
    }

    @Override
    public void start(ChannelSession channel, Environment ignored) throws IOException {
      ProcessBuilder builder = new ProcessBuilder("/bin/bash", "-c", line).directory(home.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      Process process = builder.start();
      running.put(process.toHandle(), line);
      threads.execute(() -> feed(process));
      CompletableFuture<Void> unused =
          CompletableFuture.allOf(
                  pump(process.getInputStream(), out), pump(process.getErrorStream(), err))
              .whenCompleteAsync((nothing, failure) -> end(process), threads);
    }

    /** What the client sends; its end is told when the channel has closed, too. */
    private void feed(Process process) {
      try (OutputStream to = process.getOutputStream()) {
        copy(in, to);
      } catch (IOException e) {
        log.debug("a command takes no more input, or gets none: {}", e.getMessage());
      }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
      byte[] buffer = new byte[BUFFER];
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
        to.flush();
      }
    }

    private CompletableFuture<Void> pump(InputStream from, OutputStream to) {
      return CompletableFuture.runAsync(
          () -> {
            try (from) {
              copy(from, to);
            } catch (IOException e) {
              log.debug("nobody reads the output of a command any more: {}", e.getMessage());
            }
          },
          threads);
    }

    private void end(Process process) {
      try {
        int code = process.waitFor();
        running.remove(process.toHandle());
        exit.onExit(code);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void destroy(ChannelSession channel) {
      // As sshd without a terminal: what runs goes on.
    }
  }
}
