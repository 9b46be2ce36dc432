package io.macpool.service.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the connections of one server within {@link ConnectionLimits}: before a byte is read, so
 * that nobody can take the handles that others need. Thread-safe; never blocks.
 */
final class ConnectionGuard {

  private static final class Peer {
    private final HttpConnection connection;
    private volatile long since = System.nanoTime();
    private volatile boolean trusted;
    private volatile @Nullable HttpServerRequest request;

    private Peer(HttpConnection connection) {
      this.connection = connection;
    }

    /** Nothing is asked, or all is answered. */
    private boolean isSilent() {
      HttpServerRequest last = request;
      return last == null || last.response().ended() || last.response().closed();
    }

    /** Has not said all of what it asks. */
    private boolean isArriving() {
      HttpServerRequest last = request;
      return last != null && !last.isEnded();
    }
  }

  private final Map<HttpConnection, Peer> peers = new ConcurrentHashMap<>();
  private final ConnectionLimits limits;
  private final Consumer<HttpServerRequest> tooSlow;

  /**
   * @param tooSlow answers a request whose body does not arrive
   */
  ConnectionGuard(ConnectionLimits limits, Consumer<HttpServerRequest> tooSlow) {
    this.limits = limits;
    this.tooSlow = tooSlow;
  }

  /** A connection was made: it, or one that has been silent for longer, may have to go. */
  void accept(HttpConnection connection) {
    Peer peer = new Peer(connection);
    peers.put(connection, peer);
    connection.closeHandler(closed -> peers.remove(connection));
    long strangers = peers.values().stream().filter(other -> !other.trusted).count();
    if (strangers > limits.strangers()) {
      makeRoom(other -> !other.trusted, peer);
    } else if (peers.size() > limits.connections()) {
      makeRoom(other -> true, peer);
    }
  }

  private void makeRoom(Predicate<Peer> among, Peer newest) {
    Optional<Peer> longestSilent =
        peers.values().stream()
            .filter(peer -> peer != newest && among.test(peer) && peer.isSilent())
            .min(Comparator.comparingLong(peer -> peer.since));
    close(longestSilent.orElse(newest));
  }

  private void close(Peer peer) {
    peers.remove(peer.connection);
    peer.connection.close();
  }

  /** A request's head has arrived. */
  void begin(HttpServerRequest request) {
    Peer peer = peers.get(request.connection());
    if (peer != null) {
      peer.since = System.nanoTime();
      peer.request = request;
    }
  }

  /** The peer is no stranger. */
  void trust(HttpServerRequest request) {
    Peer peer = peers.get(request.connection());
    if (peer != null) {
      peer.trusted = true;
    }
  }

  /** Ends whoever has been silent, or slow to say what it wants, for too long. */
  void sweep() {
    long now = System.nanoTime();
    for (Peer peer : peers.values()) {
      if (Duration.ofNanos(now - peer.since).compareTo(limits.silence()) < 0) {
        continue;
      }
      if (peer.isArriving()) {
        HttpServerRequest request = peer.request;
        if (request != null && !request.response().ended() && !request.response().headWritten()) {
          tooSlow.accept(request);
        }
        close(peer);
      } else if (!peer.trusted && peer.isSilent()) {
        close(peer);
      }
    }
  }
}
