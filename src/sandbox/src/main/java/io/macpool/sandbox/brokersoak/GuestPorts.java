package io.macpool.sandbox.brokersoak;

import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guests that are an address and an open port each, which is all that a broker asks of them. */
final class GuestPorts implements GuestPower, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GuestPorts.class);
  private static final int SPAN = 1 << 16;

  private final AtomicInteger next = new AtomicInteger();
  private final ServerSocketChannel port;

  private GuestPorts(ServerSocketChannel port) {
    this.port = port;
  }

  static GuestPorts open() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    // Every address of 127.0.0.0/8 is this machine: one socket serves all guests.
    channel.bind(new InetSocketAddress("0.0.0.0", 0));
    GuestPorts ports = new GuestPorts(channel);
    Thread thread = new Thread(ports::accept, "guest-port");
    thread.setDaemon(true);
    thread.start();
    return ports;
  }

  int port() {
    return port.socket().getLocalPort();
  }

  private void accept() {
    while (port.isOpen()) {
      try (SocketChannel guest = port.accept()) {
        log.trace("probed from {}", guest.getRemoteAddress());
      } catch (AsynchronousCloseException closed) {
        return;
      } catch (IOException e) {
        log.debug("a probe came to nothing", e);
      }
    }
  }

  @Override
  public String boot(String name) {
    int number = Math.floorMod(next.getAndIncrement(), SPAN);
    return "127.90." + (number >> 8) + "." + (number & 0xff);
  }

  @Override
  public void kill(String name) {
    // Nothing runs.
  }

  @Override
  public void close() throws IOException {
    port.close();
  }
}
