package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQCommand;
import com.rabbitmq.client.impl.AMQContentHeader;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.LongStringHelper;
import com.rabbitmq.client.impl.Method;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: a thread that reads and carries out what it says, and an {@link Outbox}.
 */
final class BrokerConnection implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(BrokerConnection.class);
  private static final int CHANNELS = 2047;
  private static final int FRAME_MAX = 131_072;
  private static final int HEARTBEAT_SECONDS = 60;
  private static final byte[] GREETING = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

  private final Socket socket;
  private final VirtualHost host;
  private final String credentials;
  private final Runnable onEnd;
  private final Outbox outbox;
  private final Map<Integer, BrokerChannel> channels = new HashMap<>();
  private final Map<Integer, AMQCommand> incomplete = new HashMap<>();
  private Map<String, Object> capabilities = Map.of();
  private boolean blocked;
  private boolean closing;
  private boolean ended;

  /**
   * A connection that has not begun.
   *
   * @param credentials user and password as PLAIN sends them
   * @param onEnd told once when it is over
   */
  BrokerConnection(Socket socket, VirtualHost host, String credentials, Runnable onEnd)
      throws IOException {
    this.socket = socket;
    this.host = host;
    this.credentials = credentials;
    this.onEnd = onEnd;
    this.outbox = new Outbox(socket, FRAME_MAX);
  }

  @Override
  public void run() {
    try (socket) {
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      if (!Arrays.equals(in.readNBytes(GREETING.length), GREETING)) {
        return;
      }
      outbox.start();
      outbox.send(0, start());
      while (true) {
        Frame frame = Frame.readFrom(in, () -> FRAME_MAX);
        if (frame == null || !take(frame)) {
          return;
        }
        awaitUnblocked();
      }
    } catch (IOException e) {
      log.debug("a client's connection ended: {}", e.toString());
    } finally {
      end();
    }
  }

  private static Method start() {
    Map<String, Object> can = new HashMap<>();
    for (String capability :
        List.of(
            "publisher_confirms",
            "exchange_exchange_bindings",
            "basic.nack",
            "consumer_cancel_notify",
            "connection.blocked",
            "consumer_priorities",
            "authentication_failure_close",
            "per_consumer_qos")) {
      can.put(capability, true);
    }
    Map<String, Object> properties = new HashMap<>();
    properties.put("product", "RabbitMQ");
    properties.put("version", "3.10.8");
    properties.put("platform", "a simulator");
    properties.put("capabilities", can);
    return new AMQImpl.Connection.Start(
        0,
        9,
        properties,
        LongStringHelper.asLongString("PLAIN"),
        LongStringHelper.asLongString("en_US"));
  }

  /** Whether to go on reading. */
  private boolean take(Frame frame) throws IOException {
    if (frame.getType() == AMQP.FRAME_HEARTBEAT) {
      return true;
    }
    int channel = frame.getChannel();
    AMQCommand command = incomplete.computeIfAbsent(channel, number -> new AMQCommand());
    if (!command.handleFrame(frame)) {
      return true;
    }
    incomplete.remove(channel);
    synchronized (host) {
      try {
        return channel == 0 ? takeOwn(command.getMethod()) : closing || takeFor(channel, command);
      } catch (AmqpFault e) {
        BrokerChannel failed = channels.get(channel);
        if (!e.closesConnection() && failed != null) {
          failed.closeBecause(e, command.getMethod());
          return true;
        }
        close(e, command.getMethod());
        return true;
      }
    }
  }

  private boolean takeOwn(Method method) throws AmqpFault {
    if (method instanceof AMQImpl.Connection.StartOk ok) {
      capabilities = capabilities(ok);
      if (!ok.getResponse().toString().equals(credentials)) {
        log.info("a client gave another password");
        close(
            AmqpFault.accessRefused(
                "Login was refused using authentication mechanism PLAIN. For details see the"
                    + " broker logfile."),
            method);
        return true;
      }
      outbox.send(0, new AMQImpl.Connection.Tune(CHANNELS, FRAME_MAX, HEARTBEAT_SECONDS));
    } else if (method instanceof AMQImpl.Connection.TuneOk ok) {
      outbox.beat(ok.getHeartbeat());
      if (ok.getHeartbeat() > 0) {
        silenceAfter(ok.getHeartbeat());
      }
    } else if (method instanceof AMQImpl.Connection.Open) {
      outbox.send(0, new AMQImpl.Connection.OpenOk(""));
    } else if (method instanceof AMQImpl.Connection.Close) {
      endChannels();
      outbox.sendLast(new AMQImpl.Connection.CloseOk());
    } else if (method instanceof AMQImpl.Connection.CloseOk) {
      return false;
    } else {
      throw AmqpFault.notImplemented(method.protocolMethodName());
    }
    return true;
  }

  private void silenceAfter(int heartbeatSeconds) {
    try {
      socket.setSoTimeout(heartbeatSeconds * 2_000);
    } catch (IOException e) {
      log.debug("a client's connection ended: {}", e.toString());
    }
  }

  @SuppressWarnings("unchecked") // a table of AMQP has strings for keys
  private static Map<String, Object> capabilities(AMQImpl.Connection.StartOk ok) {
    Object given = ok.getClientProperties().get("capabilities");
    return given instanceof Map ? (Map<String, Object>) given : Map.of();
  }

  private boolean takeFor(int number, AMQCommand command) throws AmqpFault {
    Method method = command.getMethod();
    BrokerChannel channel = channels.get(number);
    if (method instanceof AMQImpl.Channel.Open) {
      channels.put(number, new BrokerChannel(number, this, host));
      outbox.send(number, new AMQImpl.Channel.OpenOk(LongStringHelper.asLongString("")));
    } else if (method instanceof AMQImpl.Channel.Close) {
      // It may be closed already, if both sides close it at once.
      if (channel != null) {
        channels.remove(number);
        channel.end();
      }
      outbox.send(number, new AMQImpl.Channel.CloseOk());
    } else if (method instanceof AMQImpl.Channel.CloseOk) {
      channels.remove(number);
    } else if (channel != null) {
      channel.take(method, command);
      blocked |= method instanceof AMQImpl.Basic.Publish && host.hasAlarm() && block();
    } else {
      throw AmqpFault.invalid("channel " + number + " is not open");
    }
    return true;
  }

  private boolean block() {
    if (!blocked && can("connection.blocked")) {
      outbox.send(0, new AMQImpl.Connection.Blocked("low on memory"));
    }
    return true;
  }

  /** What publishes during an alarm is read no further until it is over. */
  private void awaitUnblocked() {
    synchronized (host) {
      while (blocked && host.hasAlarm() && !ended && !socket.isClosed()) {
        try {
          host.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
      if (blocked && !ended) {
        blocked = false;
        if (can("connection.blocked")) {
          outbox.send(0, new AMQImpl.Connection.Unblocked());
        }
      }
    }
  }

  boolean can(String capability) {
    return Boolean.TRUE.equals(capabilities.get(capability));
  }

  private void close(AmqpFault fault, Method cause) {
    closing = true;
    endChannels();
    outbox.send(
        0,
        new AMQImpl.Connection.Close(
            fault.code(), fault.getMessage(), cause.protocolClassId(), cause.protocolMethodId()));
  }

  void send(int channel, Method method) {
    outbox.send(channel, method);
  }

  void send(int channel, Method method, AMQContentHeader header, byte[] body) {
    outbox.send(channel, method, Optional.of(header), body);
  }

  private void endChannels() {
    channels.values().forEach(BrokerChannel::end);
    channels.clear();
    for (RabbitQueue queue : host.queues()) {
      if (queue.isOwnedBy(this)) {
        host.delete(queue.name());
      }
    }
  }

  /** Checks what its channels have held for too long. */
  void tick(long now) {
    channels.values().forEach(channel -> channel.tick(now));
  }

  /** A queue's node is gone: what was handed out of it here is no longer held. */
  void forget(RabbitQueue queue) {
    channels.values().forEach(channel -> channel.forget(queue));
  }

  /** Cuts it: as a network does. */
  void cut() {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("a client's connection was closed already: {}", e.toString());
    }
  }

  private void end() {
    synchronized (host) {
      if (ended) {
        return;
      }
      ended = true;
      endChannels();
    }
    outbox.close();
    onEnd.run();
  }

  static String plain(String user, String password) {
    return "\0" + user + "\0" + password;
  }
}
