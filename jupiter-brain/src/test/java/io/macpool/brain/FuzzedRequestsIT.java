package io.macpool.brain;

import static io.macpool.brain.BrainLab.IMAGE;
import static io.macpool.brain.BrainLab.data;
import static io.macpool.brain.BrainLab.id;
import static io.macpool.brain.BrainLab.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.vcenter.options.VCenterOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a client sends: it is answered or cut off within seconds, never with an error of the
 * server's, and no VM is left behind. The seeds are fixed, so a failure repeats.
 */
@Timeout(120)
class FuzzedRequestsIT {

  private static final int SILENCE_MILLIS = 5_000;
  private static final String TOKEN = "Authorization: token secret\r\n";

  private static BrainLab lab;

  @BeforeAll
  static void start() {
    lab = new BrainLab(VCenterOptions.defaults()).start();
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** Whatever was made in spite of all is destroyed by its id, and nothing else is there. */
  private static void assertNothingIsLeft() throws Exception {
    // One whose client hung up is being destroyed already.
    for (var instance : data(lab.get("/instances"))) {
      lab.call("DELETE", "/instances/" + instance.get("id").asText(), null);
    }
    Awaitility.await("no VM is left and every slot is free")
        .atMost(BrainLab.PATIENCE)
        .until(
            () ->
                lab.vcenter().clones().isEmpty()
                    && lab.get("/capacity").body().contains("\"used\":0,\"warm\":0,\"free\":8"));
  }

  private static void assertClientsFault(String sent, HttpResponse<String> response)
      throws Exception {
    if (response.statusCode() == 201) {
      lab.call("DELETE", "/instances/" + id(response), null);
    } else {
      assertThat(response.statusCode()).as(sent + " " + response.body()).isBetween(400, 499);
    }
  }

  private static HttpResponse<String> post(byte[] body) throws Exception {
    return lab.send(lab.request("/instances").POST(BodyPublishers.ofByteArray(body)).build());
  }

  @Test
  void aBodyWithFlippedBytes() throws Exception {
    Random random = new Random(42);
    for (int i = 0; i < 300; i++) {
      byte[] body = order(IMAGE).getBytes(StandardCharsets.UTF_8);
      int edits = 1 + random.nextInt(4);
      for (int e = 0; e < edits; e++) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      assertClientsFault(new String(body, StandardCharsets.ISO_8859_1), post(body));
    }
    assertNothingIsLeft();
  }

  @Test
  void aBodyThatIsCutOrGoesOn() throws Exception {
    byte[] whole = order(IMAGE).getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < whole.length; length++) {
      byte[] half = Arrays.copyOf(whole, length);
      assertClientsFault(length + " bytes", post(half));
    }
    assertClientsFault(
        "twice", post((order(IMAGE) + order(IMAGE)).getBytes(StandardCharsets.UTF_8)));
    assertNothingIsLeft();
  }

  @Test
  void fieldsOfEveryWrongType() throws Exception {
    String deep = "[".repeat(5_000) + "]".repeat(5_000);
    List<String> values =
        List.of(
            "null",
            "true",
            "-1",
            "0.5",
            "1e400",
            "99999999999999999999",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[[]]",
            "{\"a\":{}}",
            deep,
            "NaN",
            "'x'",
            "\"" + "x".repeat(60_000) + "\"");
    for (String value : values) {
      List<String> bodies = new ArrayList<>();
      bodies.add(value);
      bodies.add("{\"data\":" + value + "}");
      for (String field : List.of("type", "base-image", "cpus", "ram", "unknown")) {
        bodies.add(order(IMAGE).replace("}}", ",\"" + field + "\":" + value + "}}"));
        bodies.add("{\"data\":{\"" + field + "\":" + value + "}}");
      }
      for (String body : bodies) {
        String shown = body.substring(0, Math.min(100, body.length()));
        assertClientsFault(shown, lab.call("POST", "/instances", body));
        String cordon = "/hosts/" + lab.vcenter().hosts().get(0) + "/cordon";
        HttpResponse<String> put = lab.call("PUT", cordon, body);
        assertThat(put.statusCode()).as(shown + put.body()).isBetween(400, 499);
      }
    }
    assertNothingIsLeft();
  }

  @Test
  void textThatIsNoUtf8() throws Exception {
    for (byte[] bad :
        new byte[][] {
          {(byte) 0xff}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, 0x20}, {0}
        }) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.writeBytes(
          "{\"data\":{\"type\":\"instances\",\"base-image\":\"".getBytes(StandardCharsets.UTF_8));
      body.writeBytes(bad);
      body.writeBytes("\"}}".getBytes(StandardCharsets.UTF_8));
      assertClientsFault(Arrays.toString(bad), post(body.toByteArray()));
    }
    assertNothingIsLeft();
  }

  @Test
  void pathsAndQueriesOfEveryKind() throws Exception {
    List<String> odd =
        List.of(
            "%",
            "%zz",
            "%00",
            "%ff",
            "%c0%80",
            "..%2f..",
            "%2e%2e",
            "a".repeat(3_000),
            "\u00e9",
            "~",
            "%20",
            "a%0d%0aX:y",
            ";x=1",
            "'",
            "\"",
            "<x>",
            "{id}",
            "*");
    for (String method :
        List.of("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE")) {
      for (String path : odd) {
        assertNoServerError(method + " /" + path + " HTTP/1.1\r\nHost: x\r\n" + TOKEN + "\r\n");
        assertNoServerError(
            method + " /instances/" + path + " HTTP/1.1\r\nHost: x\r\n" + TOKEN + "\r\n");
        assertNoServerError(
            method + " /hosts/" + path + "/cordon HTTP/1.1\r\nHost: x\r\n" + TOKEN + "\r\n");
      }
    }
    for (String path : odd) {
      assertNoServerError(
          "GET /instances?min_age=" + path + " HTTP/1.1\r\nHost: x\r\n" + TOKEN + "\r\n");
    }
    assertNothingIsLeft();
  }

  @Test
  void headersOfEveryKind() throws Exception {
    String body = order(IMAGE);
    for (String header :
        List.of(
            "Idempotency-Key: " + "k".repeat(5_000),
            "Idempotency-Key: \u0001\u0002",
            "Idempotency-Key:",
            "X-Request-ID: " + "r".repeat(5_000),
            "X-Request-ID: \u00ff\u00fe",
            "Authorization: token secret",
            "Authorization: token",
            "Authorization: " + "x".repeat(9_000),
            "Content-Type: text/plain; charset=nonsense",
            "Content-Type: " + "y".repeat(5_000),
            "Content-Encoding: gzip",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: nonsense",
            "Content-Length: -1",
            "Content-Length: 99999999999999999999",
            "Content-Length: 1, 2",
            "Accept: nothing/at-all",
            "Expect: 200-maybe",
            "traceparent: 00-zz-zz-zz",
            "X: " + "a".repeat(40_000),
            " folded: x",
            "no colon at all",
            ": no name",
            "Connection: upgrade\r\nUpgrade: h2c")) {
      String request = "POST /instances HTTP/1.1\r\nHost: x\r\n" + TOKEN + header + "\r\n";
      assertNoServerError(request + "\r\n");
      assertNoServerError(request + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }
    assertNothingIsLeft();
  }

  @Test
  void requestsWithFlippedBytes() throws Exception {
    Random random = new Random(7);
    String body = order(IMAGE);
    String valid =
        "POST /instances HTTP/1.1\r\nHost: x\r\n"
            + TOKEN
            + "Connection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    for (int i = 0; i < 300; i++) {
      byte[] request = valid.getBytes(StandardCharsets.ISO_8859_1);
      for (int e = 0; e < 1 + random.nextInt(3); e++) {
        request[random.nextInt(request.length)] = (byte) random.nextInt(256);
      }
      assertNoServerError(new String(request, StandardCharsets.ISO_8859_1));
    }
    assertNothingIsLeft();
  }

  @Test
  void whatIsNoHttpAtAll() throws Exception {
    for (String noise :
        List.of(
            "GARBAGE\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
            "GET / HTTP/9.9\r\n\r\n",
            "GET /" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")) {
      assertNoServerError(noise);
    }
    assertThat(lab.get("/instances").statusCode()).isEqualTo(200);
  }

  /**
   * Says all that it has to say, as far as it is listened to; an answer may be missing, not a 5xx.
   */
  private static void assertNoServerError(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), lab.url("/").getPort())) {
      socket.setSoTimeout(SILENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      String answer = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
      String shown = request.substring(0, Math.min(120, request.length()));
      // 501 and 505 are the standard's answers to another protocol or version, which is repeated.
      assertThat(answer).as(shown).matches("|[^ ]{8} ([1-4]\\d\\d|50[15])");
    } catch (SocketException e) {
      // Cut off while it was still talking: that is an answer, too.
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed).*");
    }
  }
}
