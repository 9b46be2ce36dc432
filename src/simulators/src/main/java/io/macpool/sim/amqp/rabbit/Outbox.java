package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQContentHeader;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.Method;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes to one client, in order, by a thread of its own; and heartbeats when there is none. */
final class Outbox implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Outbox.class);
  private static final int FRAME_OVERHEAD = 8;
  private static final long NEVER_MILLIS = TimeUnit.DAYS.toMillis(1);

  /** One command; {@code method} null: a heartbeat. */
  private static final class Item {
    private final int channel;
    private final @Nullable Method method;
    private final Optional<AMQContentHeader> header;
    private final byte[] body;
    private final boolean isLast;

    Item(
        int channel,
        @Nullable Method method,
        Optional<AMQContentHeader> header,
        byte[] body,
        boolean last) {
      this.channel = channel;
      this.method = method;
      this.header = header;
      this.body = body;
      this.isLast = last;
    }
  }

  private final Socket socket;
  private final int bodyPerFrame;
  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile long beatMillis = NEVER_MILLIS;

  Outbox(Socket socket, int frameMax) {
    this.socket = socket;
    this.bodyPerFrame = frameMax - FRAME_OVERHEAD;
    this.thread = new Thread(this::write, "amqp-sim-out");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Sends a heartbeat after half of this time without anything else; 0: never. */
  void beat(int seconds) {
    beatMillis = seconds == 0 ? NEVER_MILLIS : seconds * 500L;
    items.add(new Item(0, null, Optional.empty(), new byte[0], false));
  }

  void send(int channel, Method method) {
    send(channel, method, Optional.empty(), new byte[0]);
  }

  void send(int channel, Method method, Optional<AMQContentHeader> header, byte[] body) {
    items.add(new Item(channel, method, header, body, false));
  }

  /** Then the connection is over. */
  void sendLast(Method method) {
    items.add(new Item(0, method, Optional.empty(), new byte[0], true));
  }

  private void write() {
    try {
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
      while (true) {
        Item item = items.poll(beatMillis, TimeUnit.MILLISECONDS);
        if (item == null || item.method == null) {
          new Frame(AMQP.FRAME_HEARTBEAT, 0).writeTo(out);
        } else {
          write(item, item.method, out);
        }
        if (items.isEmpty()) {
          out.flush();
        }
        if (item != null && item.isLast) {
          out.flush();
          socket.close();
          return;
        }
      }
    } catch (IOException e) {
      log.debug("a client reads no more: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Item item, Method method, DataOutputStream out) throws IOException {
    method.toFrame(item.channel).writeTo(out);
    if (item.header.isPresent()) {
      item.header.get().toFrame(item.channel, item.body.length).writeTo(out);
      ByteBuffer body = ByteBuffer.wrap(item.body);
      for (int from = 0; from < item.body.length; from += bodyPerFrame) {
        int length = Math.min(bodyPerFrame, item.body.length - from);
        Frame.fromBodyFragment(item.channel, body, from, length).writeTo(out);
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
