package io.macpool.bench.operator;

import io.macpool.bench.Samples;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The least that a reconcile costs: each of a cluster's workers is asked once, all together. */
final class BareQuestions {

  private static final long PATIENCE_SECONDS = 10;

  private final HttpClient http = HttpClient.newHttpClient();
  private final FakeWorkers workers;

  BareQuestions(FakeWorkers workers) {
    this.workers = workers;
  }

  /** Asks one cluster after another; twice, of which the first time is only to get ready. */
  Samples ask(List<String> clusters) throws Exception {
    Samples samples = new Samples();
    for (int round = 0; round < 2; round++) {
      samples = new Samples();
      for (String cluster : clusters) {
        samples.add(ask(cluster));
      }
    }
    return samples;
  }

  private long ask(String cluster) throws Exception {
    List<HttpRequest> requests =
        workers.authorizations(cluster).entrySet().stream()
            .map(worker -> request(worker.getKey(), worker.getValue()))
            .toList();
    long began = System.nanoTime();
    CompletableFuture.allOf(
            requests.stream()
                .map(request -> http.sendAsync(request, BodyHandlers.ofString()))
                .toArray(CompletableFuture[]::new))
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return System.nanoTime() - began;
  }

  private HttpRequest request(String address, String authorization) {
    return HttpRequest.newBuilder(
            URI.create("http://" + address + ":" + workers.port() + "/worker"))
        .header("Authorization", authorization)
        .build();
  }
}
