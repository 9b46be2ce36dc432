package io.macpool.brain.vsphere;

import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.fault.SoapFault;
import io.macpool.brain.vsphere.fault.TransportException;
import io.macpool.core.GoDuration;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.rmi.RemoteException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the one session and follows its events. One thread alone logs in, so there are never two
 * logins at a time; a session that fails is replaced by that thread, after pauses that grow while
 * vCenter stays away, and whoever needs one waits for it or learns why there is none.
 */
final class Sessions implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sessions.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /**
   * vCenter locks an account after five wrong passwords within three minutes, by default; ours may
   * not be the only ones.
   */
  static final Duration REFUSED_PAUSE = Duration.ofMinutes(2);

  private static final Duration LOOK_AT_PASSWORD = Duration.ofSeconds(1);

  /** Logs in. */
  interface Login {
    VimSession open(Secret password) throws RemoteException;
  }

  /** Has the events of a new session told to whoever follows them. */
  interface Subscription {
    PropertyStream open(VimSession session) throws RemoteException;
  }

  private final Login login;
  private final Credentials credentials;
  private final VSphereEndpoint endpoint;
  private final Subscription subscription;
  private final Clock clock;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable VimSession current;
  private volatile @Nullable PropertyStream events;
  private String trouble = "not connected yet";
  private Instant troubleSince;
  private boolean connecting = true;
  private boolean replacing;
  private boolean closed;

  Sessions(
      Login login,
      Credentials credentials,
      VSphereEndpoint endpoint,
      Subscription subscription,
      Clock clock) {
    this.login = login;
    this.credentials = credentials;
    this.endpoint = endpoint;
    this.subscription = subscription;
    this.clock = clock;
    this.troubleSince = clock.instant();
    this.thread = new Thread(this::run, "vsphere-events");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * The session, waited for at most {@code patience} while one is being made. While vCenter is
   * known to be away nobody waits.
   */
  synchronized VimSession await(Duration patience) throws TransportException {
    Instant until = clock.instant().plus(patience);
    try {
      while (current == null && connecting && !closed) {
        long left = Duration.between(clock.instant(), until).toMillis();
        if (left <= 0) {
          break;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while waiting for a session", false, e);
    }
    if (current == null) {
      throw new TransportException("no session with " + endpoint + ": " + trouble, false, null);
    }
    return current;
  }

  /** The session turned out to be at its end: a new one is made, once, however many say so. */
  synchronized void replace(VimSession ended, String why) {
    if (current == ended) {
      current = null;
      connecting = true;
      replacing = true;
      trouble = why;
      troubleSince = clock.instant();
      thread.interrupt(); // out of its long poll
    }
  }

  /** Lets vCenter say at once whether there is news; best effort. */
  void hurry() throws RemoteException {
    PropertyStream stream = events;
    if (stream != null && trouble().isEmpty()) {
      stream.hurry();
    }
  }

  /** Why there is no session, if there is none. */
  synchronized Optional<String> trouble() {
    return current == null ? Optional.of(trouble) : Optional.empty();
  }

  /** As {@link #trouble}, once a login has failed: until then whoever waits may yet get one. */
  synchronized Optional<String> away() {
    return current == null && !connecting ? Optional.of(trouble) : Optional.empty();
  }

  synchronized Instant troubleSince() {
    return troubleSince;
  }

  private void run() {
    Duration pause = SHORTEST_PAUSE;
    while (!isClosed()) {
      VimSession session = null;
      Optional<Secret> refused = Optional.empty();
      Optional<Secret> password = Optional.empty();
      try {
        password = Optional.of(credentials.password());
        session = login.open(password.get());
        PropertyStream stream = subscription.open(session);
        stream.next();
        events = stream;
        succeed(session);
        pause = SHORTEST_PAUSE;
        follow(session, stream);
      } catch (IOException | RuntimeException e) {
        refused = session == null && isRefusal(e) ? password : Optional.empty();
        fail(refused.isPresent() ? refusal(e) : String.valueOf(e.getMessage()), e);
      }
      Thread.interrupted(); // what asked us out of the poll has been heeded
      if (session != null) {
        logOut(session);
      }
      pause = refused.isPresent() ? waitForPassword(refused.get()) : rest(pause);
    }
  }

  private static boolean isRefusal(Exception e) {
    return e instanceof SoapFault fault && (fault.is("InvalidLogin") || fault.is("NoPermission"));
  }

  private String refusal(Exception e) {
    return "vCenter refuses the login of "
        + credentials.user()
        + ": "
        + e.getMessage()
        + " It is tried again in "
        + GoDuration.format(REFUSED_PAUSE)
        + ", "
        + credentials.hint();
  }

  /** Waits long enough not to get the account locked, or until there is another password to try. */
  private Duration waitForPassword(Secret tried) {
    long jitter = ThreadLocalRandom.current().nextLong(REFUSED_PAUSE.toMillis() / 4);
    Instant until = clock.instant().plus(REFUSED_PAUSE).plusMillis(jitter);
    try {
      while (clock.instant().isBefore(until) && !credentials.differFrom(tried)) {
        if (closing.await(LOOK_AT_PASSWORD.toMillis(), TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    } catch (InterruptedException e) {
      log.debug("the wait after a refused login ends", e); // close(): it is looked at next
    }
    return SHORTEST_PAUSE;
  }

  private void follow(VimSession session, PropertyStream stream) throws RemoteException {
    while (isCurrent(session)) {
      stream.next();
    }
  }

  private synchronized void succeed(VimSession session) {
    if (closed) {
      return;
    }
    current = session;
    connecting = false;
    replacing = false;
    log.info("connected to vCenter at {}", endpoint);
    notifyAll();
  }

  private synchronized void fail(String why, Exception e) {
    if (closed || replacing) {
      replacing = false;
      return;
    }
    boolean fresh = current != null || !why.equals(trouble);
    if (current != null) {
      troubleSince = clock.instant();
    }
    // A lost stream is most often mended by the next login, so callers may wait for that one.
    connecting = current != null;
    current = null;
    trouble = why;
    if (fresh) {
      log.warn("no connection to vCenter at {}, will retry: {}", endpoint, trouble);
      log.debug("the connection's failure in full", e);
    }
    notifyAll();
  }

  private Duration rest(Duration pause) {
    long millis = pause.toMillis();
    try {
      closing.await(
          millis / 2 + ThreadLocalRandom.current().nextLong(millis), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return pause; // close(): it is looked at next
    }
    Duration longer = pause.multipliedBy(2);
    return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
  }

  /** Best effort: a session that can't be ended ends by itself when idle. */
  private void logOut(VimSession session) {
    try {
      session.vim().logout(session.content().sessionManager);
    } catch (RemoteException e) {
      log.debug("the old session could not be ended", e);
    }
  }

  private synchronized boolean isCurrent(VimSession session) {
    return current == session && !closed;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      current = null;
      connecting = false;
      trouble = "this program is stopping";
      notifyAll();
    }
    closing.countDown();
    thread.interrupt();
    try {
      thread.join(CLOSE_LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
