package io.macpool.worker.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmCallback;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/** As much of a broker as a harness needs, without a wire: each call takes effect at once. */
final class FakeAmqp {

  private final Map<String, Connection> exclusive = new HashMap<>();
  private final List<FakeChannel> channels = new ArrayList<>();
  private final List<String> published = new ArrayList<>();
  private final Executor confirming;

  /**
   * @param confirming runs what the broker says of messages
   */
  FakeAmqp(Executor confirming) {
    this.confirming = confirming;
  }

  /** Whose connections are to this broker. */
  ConnectionFactory factory() {
    return new ConnectionFactory() {
      @Override
      public Connection newConnection(ExecutorService consumers, String name) {
        return connection();
      }
    };
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  Connection connection() {
    return proxy(
        Connection.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "isOpen" -> true;
              case "createChannel" -> new FakeChannel((Connection) self).facade;
              case "hashCode" -> 1;
              case "equals" -> self == arguments[0];
              case "toString" -> "connection";
              default -> null;
            });
  }

  /** Who has an exclusive queue; null if nobody has. */
  synchronized Connection owner(String queue) {
    return exclusive.get(queue);
  }

  /** Bodies in the order in which they came. */
  synchronized List<String> published() {
    return List.copyOf(published);
  }

  /** The channel that was opened last and is open, or null. */
  synchronized FakeChannel last() {
    for (int i = channels.size() - 1; i >= 0; i--) {
      if (channels.get(i).open) {
        return channels.get(i);
      }
    }
    return null;
  }

  synchronized List<FakeChannel> open() {
    return channels.stream().filter(channel -> channel.open).toList();
  }

  /** One channel. */
  final class FakeChannel {

    final Channel facade;
    private final Connection connection;
    private final List<ShutdownListener> ends = new ArrayList<>();
    private ConfirmCallback confirms;
    private ConfirmCallback refusals;
    private volatile boolean open = true;
    private long next = 1;
    private long confirmed;

    FakeChannel(Connection connection) {
      this.connection = connection;
      facade = proxy(Channel.class, this::call);
      synchronized (FakeAmqp.this) {
        channels.add(this);
      }
    }

    private Object call(Object self, java.lang.reflect.Method method, Object[] arguments)
        throws IOException {
      return switch (method.getName()) {
        case "isOpen" -> open;
        case "getConnection" -> connection;
        case "hashCode" -> System.identityHashCode(this);
        case "equals" -> self == arguments[0];
        case "getNextPublishSeqNo" -> nextNumber();
        case "queueDeclare" -> declare((String) arguments[0]);
        default -> {
          done(method.getName(), arguments);
          yield null;
        }
      };
    }

    private void done(String call, Object[] arguments) {
      switch (call) {
        case "close", "abort" -> end(true);
        case "addShutdownListener" -> listen((ShutdownListener) arguments[0]);
        case "addConfirmListener" -> {
          confirms = (ConfirmCallback) arguments[0];
          refusals = (ConfirmCallback) arguments[1];
        }
        case "basicPublish" -> publish((byte[]) arguments[4]);
        case "queueDelete" -> delete((String) arguments[0]);
        default -> {
          // nothing that matters here
        }
      }
    }

    private long nextNumber() {
      synchronized (FakeAmqp.this) {
        return next;
      }
    }

    private void delete(String queue) {
      synchronized (FakeAmqp.this) {
        exclusive.remove(queue, connection);
      }
    }

    /** One that comes too late is told at once. */
    private void listen(ShutdownListener listener) {
      synchronized (FakeAmqp.this) {
        if (open) {
          ends.add(listener);
          return;
        }
      }
      listener.shutdownCompleted(signal(false));
    }

    private Object declare(String queue) throws IOException {
      synchronized (FakeAmqp.this) {
        Connection owner = exclusive.putIfAbsent(queue, connection);
        if (owner == null || owner == connection) {
          return null;
        }
      }
      throw new IOException(
          new ShutdownSignalException(
              false,
              false,
              new AMQP.Channel.Close.Builder()
                  .replyCode(AMQP.RESOURCE_LOCKED)
                  .replyText("locked")
                  .build(),
              this));
    }

    private void publish(byte[] body) {
      synchronized (FakeAmqp.this) {
        if (open) {
          next++;
          published.add(new String(body, StandardCharsets.UTF_8));
          confirming.execute(this::confirm);
          return;
        }
      }
      throw new AlreadyClosedException(signal(false));
    }

    private ShutdownSignalException signal(boolean application) {
      return new ShutdownSignalException(
          false, application, new AMQP.Channel.Close.Builder().replyText("lost").build(), facade);
    }

    /** The broker or the client closes it. */
    void end(boolean application) {
      List<ShutdownListener> told;
      synchronized (FakeAmqp.this) {
        if (!open) {
          return;
        }
        open = false;
        told = List.copyOf(ends);
      }
      told.forEach(listener -> listener.shutdownCompleted(signal(application)));
    }

    /** The broker confirms what has come by now. */
    private void confirm() {
      long tag;
      synchronized (FakeAmqp.this) {
        if (!open || confirms == null || confirmed == next - 1) {
          return;
        }
        confirmed = next - 1;
        tag = confirmed;
      }
      try {
        confirms.handle(tag, true);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The broker refuses the next message. */
    void refuse() throws IOException {
      ConfirmCallback told = refusals;
      if (told != null) {
        told.handle(confirmed + 1, false);
      }
    }
  }
}
