package io.macpool.brain.tart.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.channel.StreamingChannel;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.Session;

/**
 * One host: a session that is opened when it is needed and kept, and more while it is full.
 * Thread-safe; callers block, within the limit that they give.
 */
public final class SshHost implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int MOST_OUTPUT = 1 << 20;
  private static final int MOST_SESSIONS = 4;

  private final SshClient client;
  private final KnownHosts known;
  private final KeyPair key;
  private final String address;
  private final int port;
  private final String user;

  // Guarded by this.
  private final List<ClientSession> sessions = new ArrayList<>();
  private boolean closed;

  SshHost(SshClient client, KnownHosts known, KeyPair key, String address, int port, String user) {
    this.client = client;
    this.known = known;
    this.key = key;
    this.address = address;
    this.port = port;
    this.user = user;
  }

  /**
   * Runs a command and waits for its end.
   *
   * @param command for the login shell there
   * @param limit the longest that it may take, without connecting
   * @throws SshFailure if its end is not known
   */
  public CommandResult run(String command, Duration limit) throws SshFailure {
    Bounded out = new Bounded();
    Bounded err = new Bounded();
    ChannelExec channel =
        open(
            new Program(
                command,
                fresh -> {
                  fresh.setOut(out);
                  fresh.setErr(err);
                },
                true),
            limit);
    Session session = channel.getSession();
    try (channel) {
      if (channel
          .waitFor(EnumSet.of(ClientChannelEvent.CLOSED), limit)
          .contains(ClientChannelEvent.TIMEOUT)) {
        channel.close(false); // told to the host, or its sshd keeps a place for it
        throw slow(limit);
      }
      Integer code = channel.getExitStatus();
      if (code == null) {
        throw broke(session);
      }
      return new CommandResult(code, out.text(), err.text());
    } catch (IOException | RuntimeException e) {
      drop(session);
      throw broke(true, e);
    }
  }

  /** A command that stays there and is asked again and again; nothing is begun yet. */
  public SshConversation converse(String command) {
    return new SshConversation(this, command);
  }

  /**
   * Begins a command whose input and output are somebody's connection.
   *
   * @param limit the longest that its begin may take, without connecting
   * @throws SshFailure if it can't be begun
   */
  public SshPipe pipe(String command, Duration limit) throws SshFailure {
    return new SshPipe(
        open(
            new Program(
                command,
                fresh -> {
                  fresh.setStreaming(StreamingChannel.Streaming.Async);
                  fresh.setRedirectErrorStream(true);
                },
                false),
            limit));
  }

  /**
   * What a channel is for.
   *
   * @param needed whether a session that opens none is given up, with all that it carries
   */
  record Program(String command, Consumer<ChannelExec> prepared, boolean needed) {
    Program {
      Objects.requireNonNull(command, "command");
      Objects.requireNonNull(prepared, "prepared");
    }
  }

  /** A channel of the first session that has room for it: an sshd takes ten in each by default. */
  ChannelExec open(Program program, Duration limit) throws SshFailure {
    for (int i = 0; i < MOST_SESSIONS; i++) {
      ClientSession session = session(i, limit.compareTo(CONNECT) < 0 ? limit : CONNECT);
      ChannelExec channel = null;
      boolean begun = false;
      try {
        channel = session.createExecChannel(program.command());
        program.prepared().accept(channel);
        begun = true;
        channel.open().verify(limit);
        return channel;
      } catch (IOException | RuntimeException e) {
        if (channel != null) {
          channel.close(true);
        }
        boolean lives = session.isOpen();
        if (!lives || (program.needed() && !isFull(e))) {
          drop(session);
        }
        if (!lives || !isFull(e)) {
          throw broke(begun, e);
        }
      }
    }
    throw new SshFailure(
        peer() + " takes no more commands at a time: raise MaxSessions of its sshd", false, null);
  }

  /** Whether the session lives and the command was not begun. */
  private static boolean isFull(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SshChannelOpenException) {
        return true;
      }
    }
    return false;
  }

  SshFailure slow(Duration limit) {
    return new SshFailure(
        peer() + " did not end a command within " + limit.toSeconds() + " s", true, null);
  }

  /** A command was begun, and no end of it was told. */
  SshFailure broke(Session session) {
    return new SshFailure(
        peer() + (session.isOpen() ? ": a command was killed" : ": the connection broke"),
        true,
        null);
  }

  private SshFailure broke(boolean begun, Exception cause) {
    return new SshFailure(peer() + ": the connection broke: " + cause.getMessage(), begun, cause);
  }

  private synchronized ClientSession session(int number, Duration limit) throws SshFailure {
    if (closed) {
      throw new SshFailure(peer() + " is no longer used", false, null);
    }
    while (sessions.size() > number) {
      if (sessions.get(number).isOpen()) {
        return sessions.get(number);
      }
      sessions.remove(number);
    }
    ClientSession fresh = null;
    try {
      fresh = client.connect(user, address, port).verify(limit).getSession();
      fresh.addPublicKeyIdentity(key);
      fresh.auth().verify(limit);
      if (!KnownHosts.isKnown(fresh)) {
        // MINA believes who says that we are logged in before any key exchange, in the clear.
        throw new SshException("it lets us in before it has shown its host key");
      }
      sessions.add(fresh);
      return fresh;
    } catch (IOException e) {
      Optional<String> refusal = fresh == null ? Optional.empty() : known.refusal(fresh);
      if (fresh != null) {
        fresh.close(true);
      }
      throw new SshFailure(refusal.orElseGet(() -> words(e)), false, e);
    }
  }

  private String words(IOException failure) {
    Throwable root = failure;
    while (root instanceof SshException && root.getCause() != null) {
      root = root.getCause();
    }
    String text = String.valueOf(root.getMessage());
    return text.contains("No more authentication methods")
        ? peer() + " does not let " + user + " in by the broker's key: add it to authorized_keys"
        : peer() + " can't be reached: " + text;
  }

  private String peer() {
    return address + ":" + port;
  }

  private synchronized void drop(Session broken) {
    sessions.removeIf(session -> session.equals(broken));
    broken.close(true);
  }

  @Override
  public synchronized void close() {
    closed = true;
    sessions.forEach(session -> session.close(true));
  }

  /** Keeps the first part of what is written; the rest is read and forgotten. */
  private static final class Bounded extends OutputStream {

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int b) {
      if (kept.size() < MOST_OUTPUT) {
        kept.write(b);
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      kept.write(bytes, offset, Math.min(length, Math.max(0, MOST_OUTPUT - kept.size())));
    }

    synchronized String text() {
      return kept.toString(StandardCharsets.UTF_8);
    }
  }
}
