package io.macpool.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class HttpProbeTest {

  @Test
  void tellsTheStatusAndThatNobodyAnswers() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    server.createContext(
        "/health/ready",
        exchange -> {
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/health/ready");
    try {
      assertThat(HttpProbe.ask(url)).isEqualTo("503");
    } finally {
      server.stop(0);
    }
    assertThat(HttpProbe.ask(url)).startsWith("no answer: ");
  }
}
