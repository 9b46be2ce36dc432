package io.macpool.sim.peer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.macpool.sim.vcenter.guest.GuestPower;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends our guests to a vCenter that others wrote and that has none: {@code POST /NAME} boots a
 * guest and answers its address, {@code DELETE /NAME} kills it. The flag {@code -guests} of our
 * vcsim program takes {@link #url()}. On the loopback only, without any check of who asks.
 */
public final class GuestPowerServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GuestPowerServer.class);
  private static final Pattern NAME = Pattern.compile("/[A-Za-z0-9._-]{1,80}");
  private static final int THREADS = 8;

  private final GuestPower guests;
  private final ExecutorService threads;
  private final HttpServer server;

  private GuestPowerServer(GuestPower guests, int port) throws IOException {
    this.guests = guests;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    threads = Executors.newFixedThreadPool(THREADS, work -> new Thread(work, "guest-power-http"));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Listens on a port of the loopback, 0 for any. */
  public static GuestPowerServer start(GuestPower guests, int port) throws IOException {
    return new GuestPowerServer(guests, port);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!NAME.matcher(path).matches()) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String name = path.substring(1);
      switch (exchange.getRequestMethod()) {
        case "POST" -> boot(exchange, name);
        case "DELETE" -> {
          guests.kill(name);
          exchange.sendResponseHeaders(204, -1);
        }
        default -> exchange.sendResponseHeaders(405, -1);
      }
    }
  }

  private void boot(HttpExchange exchange, String name) throws IOException {
    String address;
    try {
      address = guests.boot(name);
    } catch (RuntimeException e) {
      log.warn("a lent guest does not boot: {}", name, e);
      exchange.sendResponseHeaders(500, -1);
      return;
    }
    byte[] body = address.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
