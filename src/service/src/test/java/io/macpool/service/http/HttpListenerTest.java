package io.macpool.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.service.setting.ListenAddress;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What strangers can take of a port: little, and not for long. */
@Timeout(60)
class HttpListenerTest {

  private static final String GET = "GET /x HTTP/1.1\r\nHost: x\r\n";
  private static final int STRANGERS = 8;

  private final Vertx vertx = Vertx.vertx();
  private final List<Socket> sockets = new ArrayList<>();
  private HttpListener listener;

  @BeforeEach
  void listen() {
    listener =
        HttpListener.with(
            vertx,
            new ConnectionLimits(16, STRANGERS, Duration.ofMillis(700), Duration.ofSeconds(30)));
    listener.listen(ListenAddress.parse("127.0.0.1:0"), "a test", this::answer);
  }

  private void answer(HttpServerRequest request) {
    if (request.getHeader("Token") != null) {
      listener.trust(request);
    }
    request.body().onSuccess(body -> request.response().end("hello"));
  }

  @AfterEach
  void close() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    listener.close();
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private Socket connect(String said) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    socket.setSoTimeout(20_000);
    sockets.add(socket);
    say(socket, said);
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Up to the end of the connection. */
  private static String all(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (java.net.SocketException e) {
      return "";
    }
  }

  private static String status(Socket socket) throws IOException {
    return new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
  }

  @Test
  void silentStrangersMakeRoomForWhoeverSpeaks() throws IOException {
    for (int i = 0; i < 50; i++) {
      connect("");
      assertThat(status(connect(GET + "Connection: close\r\n\r\n"))).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void whoHoldsATokenKeepsItsConnectionWhateverStrangersDo() throws IOException {
    Socket known = connect(GET + "Token: x\r\n\r\n");
    assertThat(status(known)).isEqualTo("HTTP/1.1 200");
    for (int i = 0; i < 3 * STRANGERS; i++) {
      connect("");
    }
    assertThat(all(connect(""))).isEmpty(); // one that says nothing is ended; the known one is not
    known.getInputStream().skipNBytes(known.getInputStream().available());
    say(known, GET + "Connection: close\r\n\r\n");
    assertThat(all(known)).contains("200 OK").endsWith("hello");
  }

  @Test
  void aHeadThatDoesNotArriveIsNotWaitedForAndNeitherIsTheNextOne() throws IOException {
    assertThat(all(connect("GET /x HTTP/1.1\r\nHo"))).isEmpty();
    Socket twice = connect(GET + "\r\n");
    assertThat(status(twice)).isEqualTo("HTTP/1.1 200");
    say(twice, "GET /x HT");
    assertThat(all(twice)).endsWith("hello");
  }

  @Test
  void aBodyThatDoesNotArriveIsNotWaitedForWhoeverItIs() throws IOException {
    for (String header : new String[] {"", "Token: x\r\n"}) {
      String answer =
          all(connect("POST /x HTTP/1.1\r\nHost: x\r\n" + header + "Content-Length: 9\r\n\r\nab"));
      assertThat(answer).startsWith("HTTP/1.1 408");
    }
  }

  @Test
  void whatCannotBeReadIsAnsweredAndReachesNoHandler() throws IOException {
    for (String path : new String[] {"/%zz", "/%", "/a?b=%1", "/%0"}) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
      assertThat(all(connect(request))).as(path).startsWith("HTTP/1.1 400");
    }
    String late = "GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    assertThat(all(connect(late))).matches("(?s)|HTTP/1.[01] 414.*");
    assertThat(all(connect(GET + "X: " + "a".repeat(20_000) + "\r\n\r\n")))
        .matches("(?s)|HTTP/1.1 431.*"); // or cut off while it still talked
  }

  @Test
  void whoNamesNoHostOrTwoIsAnsweredAndReachesNoHandler() throws IOException {
    for (String hosts : new String[] {"", "Host: a\r\nHost: b\r\n", "Host: a b\r\n"}) {
      assertThat(all(connect("GET /x HTTP/1.1\r\n" + hosts + "Connection: close\r\n\r\n")))
          .as(hosts)
          .startsWith("HTTP/1.1 400")
          .doesNotContain("hello");
    }
    assertThat(all(connect("GET /x HTTP/1.0\r\n\r\n"))).contains(" 200 ");
  }

  /** Its limits would not act on the streams of HTTP/2. */
  @Test
  void clearTextHttp2IsNotSpoken() throws IOException {
    Socket socket =
        connect(
            GET
                + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n");
    assertThat(status(socket)).isEqualTo("HTTP/1.1 200");
  }

  @Test
  void whoAsksBeforeSendingABodyIsToldToGoOn() throws IOException {
    Socket socket =
        connect("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assertThat(status(socket)).isEqualTo("HTTP/1.1 100");
    say(socket, "{}");
    assertThat(new String(socket.getInputStream().readNBytes(30), StandardCharsets.ISO_8859_1))
        .contains("HTTP/1.1 200");
  }
}
