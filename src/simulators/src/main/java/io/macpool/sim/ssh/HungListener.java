package io.macpool.sim.ssh;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Listens and never accepts: the kernel completes the handshake, then nothing comes. */
final class HungListener implements AutoCloseable {

  private static final int BACKLOG = 128;

  private final ServerSocket socket;

  HungListener(String address, int port) throws IOException {
    socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(address, port), BACKLOG);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
