package io.macpool.bench.brain;

import io.macpool.brain.BrainSettings;
import io.macpool.brain.JupiterBrain;
import io.macpool.sim.vcenter.VCenterOptions;
import io.macpool.sim.vcenter.VCenterSimulator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A broker before a simulated vCenter, and clients of it. */
final class Bench implements AutoCloseable {

  static final String IMAGE = "macos-15-xcode-16";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final VCenterSimulator vcenter;
  private final JupiterBrain brain;
  private final HttpClient http = HttpClient.newHttpClient();

  Bench(VCenterOptions options, Map<String, String> more) throws IOException, InterruptedException {
    vcenter = VCenterSimulator.start(options);
    Map<String, String> environment = new HashMap<>(more);
    String login = vcenter.user().replace("@", "%40") + ":" + vcenter.password() + "@";
    environment.put("JUPITER_BRAIN_ADDR", "127.0.0.1:0");
    environment.put("JUPITER_BRAIN_AUTH_TOKEN", "bench");
    environment.put(
        "JUPITER_BRAIN_VSPHERE_API_URL",
        vcenter.url().toString().replace("https://", "https://" + login));
    environment.put("JUPITER_BRAIN_VSPHERE_THUMBPRINT", vcenter.thumbprint());
    environment.put("JUPITER_BRAIN_VSPHERE_BASE_PATH", vcenter.basePath());
    environment.put("JUPITER_BRAIN_VSPHERE_VM_PATH", vcenter.vmPath());
    environment.put("JUPITER_BRAIN_VSPHERE_CLUSTER_PATH", vcenter.clusterPath());
    brain = JupiterBrain.start(BrainSettings.SPEC.read(List.of(), environment));
    long until = System.nanoTime() + START_LIMIT.toNanos();
    while (call("GET", "/health/ready", null).statusCode() != 200) {
      if (System.nanoTime() > until) {
        throw new IOException(
            "the broker did not become ready: " + call("GET", "/health/ready", null).body());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  VCenterSimulator vcenter() {
    return vcenter;
  }

  HttpResponse<String> call(String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + brain.port() + path))
            .header("Authorization", "token bench")
            .timeout(Duration.ofMinutes(3))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** Makes one instance; its answer, which must be a 201. */
  String create() throws IOException, InterruptedException {
    HttpResponse<String> response =
        call(
            "POST",
            "/instances",
            "{\"data\":{\"type\":\"instances\",\"base-image\":\"" + IMAGE + "\"}}");
    if (response.statusCode() != 201) {
      throw new IOException("a create failed: " + response.body());
    }
    return response.headers().firstValue("Location").orElseThrow();
  }

  /** Fills the pool: the instances' paths. */
  List<String> fill(int count) throws InterruptedException, ExecutionException {
    List<Callable<String>> work = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      work.add(this::create);
    }
    return all(32, work);
  }

  /** Runs the work on so many threads; the results in order. */
  static <T> List<T> all(int threads, List<Callable<T>> work)
      throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : pool.invokeAll(work)) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  /** How often a second so many threads get through the work, over the given time. */
  static double rate(int threads, Duration time, Callable<?> work)
      throws InterruptedException, ExecutionException {
    long until = System.nanoTime() + time.toNanos();
    List<Callable<Integer>> loops = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      loops.add(
          () -> {
            int done = 0;
            while (System.nanoTime() < until) {
              work.call();
              done++;
            }
            return done;
          });
    }
    long began = System.nanoTime();
    int done = all(threads, loops).stream().mapToInt(n -> n).sum();
    return done * 1e9 / (System.nanoTime() - began);
  }

  @Override
  public void close() {
    brain.close();
    vcenter.close();
  }
}
