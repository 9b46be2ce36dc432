package io.macpool.brain.lifecycle.hygiene;

import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Host;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes a new TCP connection to each host now and then, and drops it: a host whose TCP clock has
 * stopped answers ping, and goes on with the connections that it has. Only silence counts: one that
 * refuses has answered. Nothing is concluded of a host that has never taken a connection, as there
 * may be no way to it from here. Thread-safe.
 */
final class HostConnectProbes implements AutoCloseable {

  /** Between two tries of a host. */
  static final Duration EVERY = Duration.ofSeconds(30);

  private static final class Line {
    private Instant triedAt = Instant.MIN;
    private boolean trying;
    private boolean taken;
    private int silent;
  }

  private enum Outcome {
    TAKEN,
    REFUSED,
    SILENT,
    /** Its name is not known, say: nothing was asked of the host. */
    UNTRIED
  }

  private final Vertx vertx;
  private final NetClient client;
  private final Duration limit;
  private final InstantSource clock;
  private final Map<String, Line> lines = new HashMap<>();

  /**
   * @param limit what takes longer is silence
   */
  HostConnectProbes(Vertx vertx, Duration limit, InstantSource clock) {
    this.vertx = vertx;
    this.client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout((int) limit.multipliedBy(2).toMillis())
                .setReconnectAttempts(0));
    this.limit = limit;
    this.clock = clock;
  }

  /** Tries those that are due; returns at once. Others are forgotten. */
  synchronized void look(Map<String, Host.Door> doors) {
    Instant now = clock.instant();
    lines.keySet().retainAll(doors.keySet());
    doors.forEach(
        (host, door) -> {
          Line line = lines.computeIfAbsent(host, id -> new Line());
          boolean due = line.triedAt.equals(Instant.MIN) || !line.triedAt.plus(EVERY).isAfter(now);
          if (due && !line.trying) {
            line.triedAt = now;
            line.trying = true;
            dial(door, outcome -> ended(line, outcome));
          }
        });
  }

  /** Tells how it went, once: what comes after the limit comes too late. */
  private void dial(Host.Door door, Consumer<Outcome> heard) {
    long timer = vertx.setTimer(limit.toMillis(), id -> heard.accept(Outcome.SILENT));
    client
        .connect(door.port(), door.address())
        .onComplete(
            answer -> {
              if (answer.succeeded()) {
                Background.run(
                    "close a connection that was only tried",
                    answer.result().close().toCompletionStage().toCompletableFuture());
              }
              if (vertx.cancelTimer(timer)) {
                heard.accept(outcome(answer));
              }
            });
  }

  private static Outcome outcome(AsyncResult<NetSocket> answer) {
    if (answer.succeeded()) {
      return Outcome.TAKEN;
    }
    return answer.cause() instanceof ConnectException ? Outcome.REFUSED : Outcome.UNTRIED;
  }

  private synchronized void ended(Line line, Outcome outcome) {
    line.trying = false;
    switch (outcome) {
      case TAKEN -> {
        line.taken = true;
        line.silent = 0;
      }
      case SILENT -> line.silent++;
      case REFUSED -> line.silent = 0;
      case UNTRIED -> {
        // No news.
      }
    }
  }

  /** New connections to the host in a row that were met with silence. */
  synchronized Observed<Integer> silent(String host) {
    return Optional.ofNullable(lines.get(host))
        .filter(line -> line.taken)
        .map(line -> Observed.known(line.silent, line.triedAt))
        .orElseGet(
            () -> Observed.unknown("no new connection to it was ever taken here", clock.instant()));
  }

  @Override
  public void close() {
    client.close();
  }
}
