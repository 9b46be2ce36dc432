package io.macpool.sim.amqp.rabbit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A broker on a loopback port, for one user; and what operators and fate do to a broker. */
public final class RabbitBroker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RabbitBroker.class);

  /** How often time-outs are looked at; RabbitMQ does so once a minute. */
  private static final Duration TICK = Duration.ofMillis(200);

  private final VirtualHost host = new VirtualHost();
  private final ServerSocket server;
  private final String credentials;
  private final Set<BrokerConnection> connections = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService ticking =
      Executors.newSingleThreadScheduledExecutor(work -> thread("amqp-sim-tick", work));

  private RabbitBroker(ServerSocket server, String credentials) {
    this.server = server;
    this.credentials = credentials;
  }

  /**
   * Starts on a free port.
   *
   * @throws UncheckedIOException if no port can be had
   */
  public static RabbitBroker start(String user, String password) {
    try {
      ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
      RabbitBroker broker = new RabbitBroker(server, BrokerConnection.plain(user, password));
      thread("amqp-sim-accept", broker::accept).start();
      ScheduledFuture<?> unused =
          broker.ticking.scheduleWithFixedDelay(
              broker::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException("can't listen for AMQP on a loopback port", e);
    }
  }

  private static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        BrokerConnection[] made = new BrokerConnection[1];
        made[0] =
            new BrokerConnection(socket, host, credentials, () -> connections.remove(made[0]));
        connections.add(made[0]);
        thread("amqp-sim-in", made[0]).start();
      } catch (IOException e) {
        log.debug("a client could not be let in: {}", e.toString());
      }
    }
  }

  private void tick() {
    synchronized (host) {
      long now = System.nanoTime();
      connections.forEach(connection -> connection.tick(now));
      for (RabbitQueue queue : host.queues()) {
        if (queue.isExpired(now)) {
          host.delete(queue.name());
        } else {
          queue.dropExpired();
        }
      }
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  /** Messages of a queue that wait; empty if there is no such queue. */
  public OptionalLong ready(String queue) {
    synchronized (host) {
      return host.find(queue)
          .map(found -> OptionalLong.of(found.ready()))
          .orElse(OptionalLong.empty());
    }
  }

  /** Messages of a queue that were handed out and not acked; 0 if there is no such queue. */
  public long unacked(String queue) {
    synchronized (host) {
      return host.find(queue).map(RabbitQueue::unacked).orElse(0);
    }
  }

  /** Names of the queues that there are. */
  public List<String> queues() {
    synchronized (host) {
      return host.queues().stream().map(RabbitQueue::name).toList();
    }
  }

  /** Names of the queues that outlive a restart: on a node that goes, they are out of reach. */
  public List<String> durableQueues() {
    synchronized (host) {
      return host.queues().stream()
          .filter(queue -> queue.declaration().durable())
          .map(RabbitQueue::name)
          .toList();
    }
  }

  /** How long a delivery may stay unacked, on channels opened from now on: 30 minutes at first. */
  public void setConsumerTimeout(Duration timeout) {
    synchronized (host) {
      host.setConsumerTimeout(timeout);
    }
  }

  /**
   * Sets a policy.
   *
   * @param queues a regular expression that is found in the names of the queues it is for
   * @param definition {@code max-length}, {@code overflow}, {@code message-ttl}, {@code expires},
   *     {@code delivery-limit}, {@code dead-letter-exchange}, {@code dead-letter-routing-key}
   */
  public void setPolicy(String name, String queues, Map<String, Object> definition) {
    synchronized (host) {
      host.policies().set(name, queues, definition);
    }
  }

  public void clearPolicy(String name) {
    synchronized (host) {
      host.policies().clear(name);
    }
  }

  /** Memory runs low, or does so no more: connections that publish are blocked meanwhile. */
  public void setAlarm(boolean on) {
    synchronized (host) {
      host.setAlarm(on);
      host.notifyAll();
    }
  }

  /**
   * The node on which a queue lies is gone: its consumers are cancelled, what they hold is lost to
   * them, nobody can use the queue until {@link #leaderBack}.
   */
  public void leaderAway(String queue) {
    synchronized (host) {
      for (RabbitQueue found : host.find(queue).stream().toList()) {
        found.setAway(true);
        found.consumers().forEach(consumer -> consumer.channel().cancelledByBroker(consumer));
        connections.forEach(connection -> connection.forget(found));
      }
    }
  }

  /** It is back, with all that was not settled. */
  public void leaderBack(String queue) {
    synchronized (host) {
      for (RabbitQueue found : host.find(queue).stream().toList()) {
        found.setAway(false);
        found.deliver();
      }
    }
  }

  /** Deletes a queue, as an operator does; returns what waited in it. */
  public List<WaitingMessage> deleteQueue(String queue) {
    synchronized (host) {
      List<WaitingMessage> waiting = host.find(queue).map(RabbitQueue::waiting).orElse(List.of());
      host.delete(queue);
      return waiting;
    }
  }

  /** Deletes an exchange, as an operator does. */
  public void deleteExchange(String exchange) {
    synchronized (host) {
      host.deleteExchange(exchange);
    }
  }

  @Override
  public void close() {
    ticking.shutdownNow();
    try {
      server.close();
    } catch (IOException e) {
      log.debug("the broker's port was closed already: {}", e.toString());
    }
    new ArrayList<>(connections).forEach(BrokerConnection::cut);
    setAlarm(false);
  }
}
