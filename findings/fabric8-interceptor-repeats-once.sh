#!/usr/bin/env bash
# Guess: an interceptor whose afterFailure answers true lets the call be made again for as long as
#   it answers so; before() runs for each request that is sent.
# Does: each interceptor may have one call made again once, however often it would say yes: one
#   repetition for each interceptor. With the client's own retries (requestRetryBackoffLimit) each
#   retry begins anew, so the two multiply; before() runs for these, and not for the interceptor's
#   own repetition.
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
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.*;
import io.fabric8.kubernetes.client.http.*;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

class Finding {
  public static void main(String[] args) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          calls.incrementAndGet();
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    server.start();
    for (int retries : new int[] {0, 2}) {
      for (int interceptors = 1; interceptors <= 3; interceptors++) {
        calls.set(0);
        AtomicInteger before = new AtomicInteger();
        Config config =
            new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withRequestRetryBackoffLimit(retries)
                .withRequestRetryBackoffInterval(10)
                .build();
        int count = interceptors;
        try (KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withHttpClientBuilderConsumer(
                    builder -> {
                      for (int i = 0; i < count; i++) {
                        builder.addOrReplaceInterceptor("again" + i, again(before));
                      }
                    })
                .build()) {
          client.configMaps().inNamespace("default").withName("any").get();
        } catch (KubernetesClientException e) {
          System.out.printf(
              "client retries %d, interceptors %d: %d calls, then %d; before() of all %d times%n",
              retries, count, calls.get(), e.getCode(), before.get());
        }
      }
    }
    server.stop(0);
  }

  private static Interceptor again(AtomicInteger before) {
    return new Interceptor() {
      @Override
      public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        before.incrementAndGet();
      }

      @Override
      public CompletableFuture<Boolean> afterFailure(
          HttpRequest.Builder builder, HttpResponse<?> response, RequestTags tags) {
        return CompletableFuture.completedFuture(true);
      }
    };
  }
}
JAVA
java -cp 'lib/*' Finding.java >seen
cat >expected <<'END'
client retries 0, interceptors 1: 2 calls, then 503; before() of all 1 times
client retries 0, interceptors 2: 3 calls, then 503; before() of all 2 times
client retries 0, interceptors 3: 4 calls, then 503; before() of all 3 times
client retries 2, interceptors 1: 6 calls, then 503; before() of all 3 times
client retries 2, interceptors 2: 9 calls, then 503; before() of all 6 times
client retries 2, interceptors 3: 12 calls, then 503; before() of all 9 times
END
echo "guess: an interceptor whose afterFailure answers true lets the call be made again for as long as it answers so; before() runs for each request that is sent."
echo "seen:"
sed 's/^/  /' seen
if ! diff expected seen >difference; then
  echo "This has changed (< as written down, > now):"
  cat difference
  exit 1
fi
echo "As written down."
