package io.macpool.guest.ssh;

import io.macpool.broker.net.ConnectionRace;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.Endpoint;
import io.macpool.guest.ssh.GuestException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.future.ConnectFuture;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.BuiltinFactory;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.core.CoreModuleProperties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SSH client of a service: few threads for any number of sessions. Owns all its sessions. */
public final class GuestSessions implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GuestSessions.class);

  /** Who the field's images let in. */
  public static final String USER = "travis";

  private static final int NIO_THREADS = 3;

  /**
   * Logins that go on at once. Five hundred jobs that begin together would share the processors so
   * thinly that no login ends in time, and all begin again.
   */
  private static final int LOGINS = 32;

  /**
   * Bytes of output that may wait for a channel's reader, for each of hundreds of jobs; enough for
   * 6 MB/s to a guest 20 ms away.
   */
  private static final long WINDOW = 128 * 1024;

  private static final Set<String> CHEAP_TO_CHECK =
      Set.of(BuiltinSignatures.rsaSHA512.getName(), BuiltinSignatures.rsaSHA256.getName());

  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final AttributeKey<HostKeyPin> PIN = new AttributeKey<>();
  private static final AttributeKey<Boolean> KNOWN = new AttributeKey<>();

  static {
    SecurityProviders.preferJdk();
  }

  private final SshClient client;
  private final GuestKey key;
  private final String user;
  private final int port;
  private final Executor readers;
  private final ConcurrencyLimit logins;

  private GuestSessions(SshClient client, GuestKey key, String user, int port, Executor readers) {
    this.client = client;
    this.user = user;
    this.key = key;
    this.port = port;
    this.readers = readers;
    this.logins = new ConcurrencyLimit(LOGINS, readers);
  }

  /**
   * Starts the client.
   *
   * @param keepAlive a session whose peer misses two of these in a row is closed when the third is
   *     due
   * @param readers hands output on; never blocked
   */
  public static GuestSessions start(
      GuestKey key, String user, int port, Duration keepAlive, Executor readers) {
    SshClient client =
        ClientBuilder.builder()
            // Named one by one: MINA would have the slow ones first.
            .keyExchangeFactories(
                NamedFactory.setUpTransformedFactories(
                    false,
                    List.of(
                        BuiltinDHFactories.curve25519,
                        BuiltinDHFactories.curve25519_libssh,
                        BuiltinDHFactories.ecdhp256,
                        BuiltinDHFactories.ecdhp384,
                        BuiltinDHFactories.ecdhp521,
                        BuiltinDHFactories.dhgex256,
                        BuiltinDHFactories.dhg14_256,
                        BuiltinDHFactories.dhg16_512,
                        BuiltinDHFactories.dhg15_512,
                        BuiltinDHFactories.dhg17_512,
                        BuiltinDHFactories.dhg18_512,
                        // By BouncyCastle, and last: they are slow.
                        BuiltinDHFactories.mlkem768x25519,
                        BuiltinDHFactories.sntrup761x25519,
                        BuiltinDHFactories.sntrup761x25519_openssh),
                    ClientBuilder.DH2KEX))
            // The JDK does AES in hardware; what MINA prefers is done in Java, byte by byte.
            .cipherFactories(
                BuiltinFactory.setUpFactories(
                    false,
                    List.of(
                        BuiltinCiphers.aes128gcm,
                        BuiltinCiphers.aes256gcm,
                        BuiltinCiphers.aes128ctr,
                        BuiltinCiphers.aes192ctr,
                        BuiltinCiphers.aes256ctr,
                        BuiltinCiphers.cc20p1305_openssh)))
            .signatureFactories(cheapestFirst(ClientBuilder.setUpDefaultSignatureFactories(false)))
            .serverKeyVerifier(
                (session, address, shown) -> {
                  AttributeRepository context = session.getConnectionContext();
                  HostKeyPin pin = context == null ? null : context.getAttribute(PIN);
                  boolean accepted = pin != null && pin.accepts(shown);
                  session.setAttribute(KNOWN, accepted);
                  return accepted;
                })
            .build();
    // The service's own key and nothing of the account that it happens to run under.
    client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    client.setPublicKeyAuthenticationReporter(new LoginRefusal.Notes());
    CoreModuleProperties.NIO_WORKERS.set(client, NIO_THREADS);
    CoreModuleProperties.WINDOW_SIZE.set(client, WINDOW);
    // Small packets that nobody answers (the next one of a transfer, say) must not wait for an ack.
    CoreModuleProperties.TCP_NODELAY.set(client, true);
    client.setSessionHeartbeat(HeartbeatType.IGNORE, Duration.ZERO);
    CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, keepAlive);
    CoreModuleProperties.HEARTBEAT_REQUEST.set(client, "keepalive@openssh.com");
    CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, 2);
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    CoreModuleProperties.NIO2_READ_TIMEOUT.set(client, Duration.ZERO);
    client.start();
    return new GuestSessions(client, key, user, port, readers);
  }

  /**
   * For the host's signature, which we check at each login: of RSA the JDK does that in a tenth of
   * a millisecond, of the curves in one or two. A guest that has no such key shows another.
   */
  static List<NamedFactory<Signature>> cheapestFirst(List<NamedFactory<Signature>> all) {
    return all.stream()
        .sorted(Comparator.comparing(kind -> !CHEAP_TO_CHECK.contains(kind.getName())))
        .toList();
  }

  /**
   * As {@link #connect(Endpoint, HostKeyPin, Duration, Duration)} at several endpoints of one
   * guest, side by side: the first that lets us in wins. A stranger at one of them, who refuses the
   * login or shows another host key, is no reason to give up the others.
   */
  public CompletableFuture<GuestSession> connect(
      List<Endpoint> endpoints, HostKeyPin pin, Duration dial, Duration login) {
    if (endpoints.size() == 1) {
      return connect(endpoints.get(0), pin, dial, login);
    }
    return ConnectionRace.run(
            endpoints,
            endpoint -> {
              HostKeyPin attempt = pin.attempt();
              return connect(endpoint, attempt, dial, login)
                  .thenApply(session -> new Reached(session, attempt));
            },
            late -> late.session().close(),
            (delay, task) ->
                CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, readers)
                    .execute(task))
        .thenApply(
            reached -> {
              pin.adopt(reached.pin());
              return reached.session();
            });
  }

  private record Reached(GuestSession session, HostKeyPin pin) {}

  /**
   * Connects and logs in, when its turn comes; fails with a {@link GuestException}.
   *
   * @param dial how long the connection may take
   * @param login how long the login may take after it
   */
  public CompletableFuture<GuestSession> connect(
      Endpoint endpoint, HostKeyPin pin, Duration dial, Duration login) {
    String peer = endpoint.address() + ":" + endpoint.portOr(port);
    return logins
        .inTurn(
            () ->
                dial(endpoint, pin)
                    .orTimeout(dial.toMillis(), TimeUnit.MILLISECONDS)
                    .thenCompose(session -> login(session, peer, pin, login)))
        .handle(
            (session, failure) -> {
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              if (cause == null) {
                return session;
              }
              if (cause instanceof GuestException known) {
                throw known;
              }
              throw cause instanceof TimeoutException
                  ? failure(
                      Reason.UNREACHABLE,
                      peer,
                      "did not answer within " + GoDuration.format(dial),
                      null)
                  : failure(Reason.UNREACHABLE, peer, "can't be connected to", cause);
            });
  }

  private CompletableFuture<ClientSession> dial(Endpoint endpoint, HostKeyPin pin) {
    CompletableFuture<ClientSession> result = new CompletableFuture<>();
    try {
      ConnectFuture connecting =
          client.connect(
              user,
              endpoint.address(),
              endpoint.portOr(port),
              AttributeRepository.ofKeyValuePair(PIN, pin),
              null);
      connecting.addListener(
          done -> {
            if (!done.isConnected()) {
              result.completeExceptionally(done.getException());
            } else if (!result.complete(done.getSession())) {
              done.getSession().close(true); // nobody waits for it any more
            }
          });
      onFailure(result, connecting::cancel);
    } catch (IOException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  private CompletableFuture<GuestSession> login(
      ClientSession session, String peer, HostKeyPin pin, Duration limit) {
    CompletableFuture<GuestSession> result = new CompletableFuture<>();
    // A caller who no longer waits must not leave a session behind.
    onFailure(result, () -> session.close(true));
    session.addPublicKeyIdentity(key.pair());
    try {
      session
          .auth()
          .addListener(
              done -> {
                if (done.isSuccess() && !Boolean.TRUE.equals(session.getAttribute(KNOWN))) {
                  // MINA believes who says so before any key exchange, in the clear.
                  result.completeExceptionally(
                      failure(
                          Reason.UNREACHABLE,
                          peer,
                          "says that we are logged in before it has shown its host key",
                          null));
                } else if (done.isSuccess()) {
                  result.complete(new GuestSession(session, peer, readers));
                } else if (pin.isMismatched()) {
                  result.completeExceptionally(
                      failure(
                          Reason.HOST_KEY_CHANGED,
                          peer,
                          "shows another host key than before",
                          done.getException()));
                } else {
                  result.completeExceptionally(
                      new GuestException(
                          Reason.LOGIN_REFUSED,
                          peer,
                          LoginRefusal.explain(session, key, done.getException()),
                          done.getException()));
                }
              });
    } catch (IOException e) {
      result.completeExceptionally(failure(Reason.UNREACHABLE, peer, "can't be logged in to", e));
    }
    return result
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    failure instanceof TimeoutException
                        ? new GuestException(
                            Reason.LOGIN_SLOW,
                            peer,
                            "answers, but the login did not end within " + GoDuration.format(limit),
                            failure)
                        : failure));
  }

  private static <T> void onFailure(CompletableFuture<T> result, Runnable cleaning) {
    CompletableFuture<T> unused =
        result.whenComplete(
            (session, failure) -> {
              if (failure != null) {
                cleaning.run();
              }
            });
  }

  static GuestException failure(
      Reason reason, String peer, String what, @Nullable Throwable cause) {
    Throwable root = cause;
    while (root instanceof SshException && root.getCause() != null) {
      root = root.getCause();
    }
    String why =
        root == null
            ? ""
            : root.getMessage() == null
                ? ": " + root.getClass().getSimpleName()
                : ": " + root.getMessage();
    return new GuestException(reason, peer, what + why, cause);
  }

  @Override
  public void close() {
    try {
      client.close(true).await(CLOSE_DEADLINE);
    } catch (IOException e) {
      log.warn("SSH sessions did not close within {}", GoDuration.format(CLOSE_DEADLINE), e);
    }
    client.stop();
  }
}
