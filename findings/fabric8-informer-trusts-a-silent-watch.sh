#!/usr/bin/env bash
# Guess: an informer whose watch says nothing, no bookmark either, for several times the client's
#   request time-out asks again, or at least probes the connection.
# Does: it waits. The watch is asked to end by itself after five to ten minutes, drawn anew each
#   time, and that is the server's to do; neither the client's request time-out nor its reconnect
#   interval is about it. What an informer shows may be that old without a word.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "kubernetes-client 7.5.2"
cat >pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>one</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.fabric8</groupId><artifactId>kubernetes-client</artifactId><version>7.5.2</version></dependency>
    <dependency><groupId>io.fabric8</groupId><artifactId>kubernetes-httpclient-jdk</artifactId><version>7.5.2</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >maven.log 2>&1 || { cat maven.log >&2; exit 2; }
cat >Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.*;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.*;
import java.util.regex.*;

class Finding {
  private static final List<String> WATCHES = new CopyOnWriteArrayList<>();
  private static final CountDownLatch FIRST = new CountDownLatch(1);
  private static final CountDownLatch SECOND = new CountDownLatch(2);

  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", Finding::answer);
    server.start();
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
            .withRequestTimeout(2_000)
            .withWatchReconnectInterval(500)
            .withRequestRetryBackoffLimit(0)
            .build();
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build();
    client.configMaps().inNamespace("default").inform();
    if (!FIRST.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no watch within 60 s");
    }
    boolean again = SECOND.await(20, TimeUnit.SECONDS);
    Matcher end = Pattern.compile("timeoutSeconds=(\\d+)").matcher(WATCHES.get(0));
    int seconds = end.find() ? Integer.parseInt(end.group(1)) : 0;
    System.out.println("another watch in 20 s of silence, ten times the request time-out: " + again);
    System.out.println("the server is asked to end it after 300 to 600 s: " + (seconds >= 300 && seconds <= 600));
    System.exit(0);
  }

  private static void answer(HttpExchange exchange) throws java.io.IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    if (exchange.getRequestHeaders().containsKey("Sec-websocket-key")) {
      exchange.sendResponseHeaders(503, -1); // this server has no WebSockets: plain HTTP follows
      exchange.close();
    } else if (query.contains("watch=true")) {
      WATCHES.add(query);
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().flush();
      FIRST.countDown();
      SECOND.countDown();
    } else {
      byte[] list =
          "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}"
              .getBytes();
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, list.length);
      exchange.getResponseBody().write(list);
      exchange.close();
    }
  }
}
JAVA
java -cp 'lib/*' Finding.java >seen 2>errors || { cat errors >&2; exit 2; }
cat >expected <<'END'
another watch in 20 s of silence, ten times the request time-out: false
the server is asked to end it after 300 to 600 s: true
END
echo "guess: an informer whose watch says nothing for several times the client's request time-out asks again."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
