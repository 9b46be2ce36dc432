package io.macpool.operator.hardware;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CapacitySourceTest {

  private static final String OF_TWO =
      """
      {"data":[{"type":"capacity","id":"pool",
        "slots":{"total":7,"used":2,"warm":0,"free":5,"pending":0},"by-image":[],
        "by-host":[
          {"host":"esx-1","state":"ready","total":3,"used":1,"warm":0,"free":2,"provider":"vsphere"},
          {"host":"mac-1","state":"ready","total":2,"used":1,"warm":0,"free":1,"provider":"tart"},
          {"host":"mac-2","state":"ready","total":2,"used":0,"warm":0,"free":2,"provider":"tart"}]}]}
      """;

  private final CapacitySource source = new CapacitySource(Optional.empty());
  private volatile String answer = OF_TWO;
  private HttpServer server;
  private String url;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/capacity",
        exchange -> {
          byte[] body = answer.getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    source.close();
  }

  private int slots(String provider) throws IOException {
    return source.slots(url, Optional.ofNullable(provider), Optional.empty());
  }

  @Test
  void ofOneProviderItsHostsAloneCount() throws IOException {
    assertThat(slots(null)).isEqualTo(7);
    assertThat(slots("tart")).isEqualTo(4);
    assertThat(slots("vsphere")).isEqualTo(3);
  }

  @Test
  void aProviderThatTheBrokerDoesNotNameIsUnknownAndNotWithoutSlots() {
    assertThatThrownBy(() -> slots("tarte"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no host of the provider tarte, but of tart, vsphere");
    answer = OF_TWO.replaceAll(",\"provider\":\"[a-z]+\"", "");
    assertThatThrownBy(() -> slots("tart"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("names no providers");
  }
}
