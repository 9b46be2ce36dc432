package io.macpool.worker.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.WriteListener;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.FrameHandler;
import com.rabbitmq.client.impl.FrameHandlerFactory;
import com.rabbitmq.client.impl.SocketFrameHandler;
import com.rabbitmq.client.impl.SocketFrameHandlerFactory;
import java.io.IOException;
import java.net.Socket;

/**
 * Connections on which a thread that publishes many messages can gather them: the client writes
 * each message to the socket by itself, which costs more than the message. What is gathered leaves
 * when the client's buffer (8 KiB) is full, when anybody else writes, and when it is {@linkplain
 * #flush flushed}; the bytes are the same.
 */
final class GatheringConnectionFactory extends ConnectionFactory {

  /** What a peer may send in one message; the client's own default. */
  private static final int MOST_INBOUND_BYTES = 64 << 20;

  private static final ThreadLocal<Boolean> GATHERS = ThreadLocal.withInitial(() -> false);

  /** From here on what this thread publishes is gathered. */
  static void gather() {
    GATHERS.set(true);
  }

  /** What this thread publishes is no longer gathered. */
  static void release() {
    GATHERS.remove();
  }

  /** Sends what is gathered on a channel's connection; from here on nothing is gathered. */
  static void flush(Channel channel) throws IOException {
    release();
    if (channel.getConnection() instanceof AMQConnection connection) {
      connection.flush();
    }
  }

  @Override
  protected synchronized FrameHandlerFactory createFrameHandlerFactory() {
    return new SocketFrameHandlerFactory(
        getConnectionTimeout(),
        getSocketFactory(),
        getSocketConfigurator(),
        isSSL(),
        null,
        null,
        MOST_INBOUND_BYTES) {
      @Override
      public FrameHandler create(Socket socket) throws IOException {
        return new Gathering(socket);
      }
    };
  }

  private static final class Gathering extends SocketFrameHandler {

    Gathering(Socket socket) throws IOException {
      super(socket, null, MOST_INBOUND_BYTES);
    }

    @Override
    public void flush(WriteListener listener) throws IOException {
      if (listener != null || !GATHERS.get()) {
        super.flush(listener);
      }
    }
  }
}
