package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import io.macpool.service.setting.Secret;
import io.macpool.sim.amqp.AmqpSimulator;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;

/** What costs at a log is the writes to the socket: parts that wait share them. */
class GatheredWritesIT {

  private static final int PARTS = 200;
  private static final int PART_BYTES = 1_800;

  /** Of the connection's and the queue's beginning. */
  private static final int OTHER_WRITES = 30;

  private final AtomicInteger writes = new AtomicInteger();

  @Test
  void partsThatWaitShareTheirWrites() {
    ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
    try (AmqpSimulator amqp = AmqpSimulator.start()) {
      AmqpEndpoint endpoint =
          new AmqpEndpoint(
              new Secret(amqp.uri().toString()),
              Optional.empty(),
              Optional.empty(),
              "none",
              false,
              Duration.ofSeconds(60));
      ConnectionFactory factory = endpoint.factory();
      factory.setSocketFactory(new CountingSockets());
      try (AmqpConnection connection =
              new AmqpConnection("gather", endpoint, factory, 1, scheduler);
          AmqpPublisher publisher =
              new AmqpPublisher(
                  "parts",
                  connection,
                  made -> Declarations.queue(made, "parts"),
                  true,
                  new AmqpThreads(ForkJoinPool.commonPool(), scheduler))) {
        // All of them wait before there is a connection.
        CompletableFuture<?>[] safe =
            IntStream.range(0, PARTS)
                .mapToObj(
                    i ->
                        publisher.publish("", "parts", new BasicProperties(), new byte[PART_BYTES]))
                .toArray(CompletableFuture<?>[]::new);
        connection.start();
        assertTimeoutPreemptively(
            Duration.ofSeconds(60), () -> CompletableFuture.allOf(safe).join());
      }
    } finally {
      scheduler.shutdownNow();
    }
    assertThat(writes.get()).isBetween(1, PARTS / 3 + OTHER_WRITES);
  }

  private final class CountingSockets extends SocketFactory {

    @Override
    public Socket createSocket() {
      return new CountingSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      throw new IOException("not asked for by the client");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
        throws IOException {
      throw new IOException("not asked for by the client");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      throw new IOException("not asked for by the client");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
        throws IOException {
      throw new IOException("not asked for by the client");
    }
  }

  private final class CountingSocket extends Socket {

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
          writes.incrementAndGet();
          out.write(bytes, from, count);
        }
      };
    }
  }
}
