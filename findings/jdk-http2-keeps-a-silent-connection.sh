#!/usr/bin/env bash
# Guess: a request that is given up after its time-out costs its connection, or at least the next
#   request is not sent into it: over HTTP/1.1 and HTTP/2 alike, a client is back once the network
#   lets new connections through.
# Does: over HTTP/1.1 it is back at the second request. Over HTTP/2 each further request goes into
#   the same silent connection and runs into its own time-out, as long as nothing tells the client
#   that the connection is gone: it sends no pings, and opens no other.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
java=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.version = //p')
echo "java.net.http of JDK $java, with an HTTP server of vertx-core 4.5.27"
case $java in 17.*) ;; *) echo "written down for JDK 17" >&2; exit 2 ;; esac
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.vertx</groupId><artifactId>vertx-core</artifactId><version>4.5.27</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import io.vertx.core.Vertx;
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.CopyOnWriteArrayList;

class Finding {
  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    int server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end("ok"))
            .listen(0, "127.0.0.1")
            .toCompletionStage().toCompletableFuture().get()
            .actualPort();
    for (HttpClient.Version version : HttpClient.Version.values()) {
      Relay relay = new Relay(server);
      HttpClient client = HttpClient.newBuilder().version(version).build();
      List<String> told = new ArrayList<>();
      told.add(call(client, relay, 60));
      told.add(call(client, relay, 60));
      relay.silence();
      for (int i = 0; i < 5; i++) {
        told.add(call(client, relay, 4));
      }
      System.out.printf("%s: %s; connections %d%n", version, told, relay.opened());
    }
    vertx.close();
    System.exit(0);
  }

  private static String call(HttpClient client, Relay relay, int seconds) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + relay.port() + "/"))
            .timeout(Duration.ofSeconds(seconds))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (HttpTimeoutException e) {
      return "time-out";
    }
  }

  /** Passes bytes on; what was open when it fell silent stays open, and passes no more. */
  private static final class Relay {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<boolean[]> open = new CopyOnWriteArrayList<>();

    Relay(int server) throws IOException {
      run(
          () -> {
            while (true) {
              Socket client = socket.accept();
              Socket behind = new Socket(InetAddress.getLoopbackAddress(), server);
              boolean[] silent = new boolean[1];
              open.add(silent);
              pass(client, behind, silent);
              pass(behind, client, silent);
            }
          });
    }

    int port() {
      return socket.getLocalPort();
    }

    int opened() {
      return open.size();
    }

    void silence() {
      open.forEach(silent -> silent[0] = true);
    }

    private interface Work {
      void run() throws IOException;
    }

    private static void run(Work work) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  work.run();
                } catch (IOException e) {
                  // its connection has ended
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    private static void pass(Socket from, Socket to, boolean[] silent) {
      run(
          () -> {
            byte[] bytes = new byte[8192];
            int read;
            while ((read = from.getInputStream().read(bytes)) >= 0) {
              synchronized (silent) {
                if (!silent[0]) {
                  to.getOutputStream().write(bytes, 0, read);
                }
              }
            }
          });
    }
  }
}
JAVA
java -cp 'lib/*' Finding.java >seen 2>errors || { cat errors >&2; exit 2; }
cat >expected <<'END'
HTTP_1_1: [ok, ok, time-out, ok, ok, ok, ok]; connections 2
HTTP_2: [ok, ok, time-out, time-out, time-out, time-out, time-out]; connections 1
END
echo "guess: a request that is given up after its time-out costs its connection, over HTTP/1.1 and HTTP/2 alike: the next one is answered if the network lets new connections through."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
