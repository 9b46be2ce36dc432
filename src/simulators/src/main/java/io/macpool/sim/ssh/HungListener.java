package io.macpool.sim.ssh;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Listens and never accepts: the kernel completes the handshake, then nothing comes. */
final class HungListener implements AutoCloseable {

  private static final int BACKLOG = 128;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final ServerSocket socket;

  /** Listens; whoever listened there before may need a moment until the port is free. */
  HungListener(String address, int port) throws IOException {
    socket = bound(new InetSocketAddress(address, port));
  }

  private static ServerSocket bound(InetSocketAddress address) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      ServerSocket socket = new ServerSocket();
      try {
        socket.setReuseAddress(true);
        socket.bind(address, BACKLOG);
        return socket;
      } catch (BindException e) {
        socket.close();
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        LockSupport.parkNanos(LOOK.toNanos());
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
