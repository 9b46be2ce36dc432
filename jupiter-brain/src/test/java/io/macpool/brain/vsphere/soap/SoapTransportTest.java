package io.macpool.brain.vsphere.soap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.macpool.brain.vsphere.access.TrustPolicy;
import io.macpool.brain.vsphere.access.VSphereEndpoint;
import io.macpool.brain.vsphere.fault.TransportException;
import io.macpool.service.setting.Secret;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer that speaks no good HTTP does to a call: it ends by its limit, in words. */
@Timeout(30)
class SoapTransportTest {

  private static final Duration LIMIT = Duration.ofMillis(600);
  private static final Duration LATE = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /**
   * Asks once.
   *
   * @param head what is answered at once
   * @param again what follows for as long as somebody listens; empty ends the connection
   */
  private Throwable ask(String head, String again) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread peer = new Thread(() -> answer(server, head, again), "peer");
      peer.setDaemon(true);
      peer.start();
      VSphereEndpoint endpoint =
          VSphereEndpoint.parse(
              new Secret("http://u:p@127.0.0.1:" + server.getLocalPort() + "/sdk"));
      try (SoapTransport transport =
          new SoapTransport(vertx, endpoint, TrustPolicy.thumbprint("00".repeat(32)), 1)) {
        long began = System.nanoTime();
        Throwable failure =
            catchThrowable(() -> transport.post(new byte[10], "urn:test", Optional.empty(), LIMIT));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LATE);
        return failure;
      }
    }
  }

  private static void answer(ServerSocket server, String head, String again) {
    try (Socket client = server.accept()) {
      OutputStream out = client.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      while (!again.isEmpty()) {
        out.write(again.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
      }
    } catch (IOException closed) {
      // the caller has had enough
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n|x",
        "HTTP/1.1 200 OK\r\n|X-More: and more\r\n",
        "|HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort|",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n|",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n|",
        "SSH-2.0-OpenSSH_9.2\r\n|",
        "|"
      })
  void noAnswerHoldsACallBeyondItsLimit(String answer) throws IOException {
    String[] parts = answer.split("\\|", -1);
    assertThat(ask(parts[0], parts[1])).isInstanceOf(TransportException.class);
  }

  @Test
  void whatAPeerSaysIsCutBeforeItIsTold() throws IOException {
    Throwable failure = ask("\u001b[2J" + "garbage".repeat(430) + "\r\n\r\n", "");
    assertThat(failure).isInstanceOf(TransportException.class);
    assertThat(failure.getMessage()).hasSizeLessThan(1_200).doesNotContainPattern("\\p{Cntrl}");
  }
}
