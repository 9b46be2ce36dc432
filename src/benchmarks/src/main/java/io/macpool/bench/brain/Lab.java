package io.macpool.bench.brain;

import io.macpool.bench.MeasuredCode;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.options.VCenterOptions;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** A broker in its own process before a simulated vCenter in this one, and clients of it. */
final class Lab implements AutoCloseable {

  static final String IMAGE = "macos-15-xcode-16";

  /** The least that it shall need. */
  private static final int HEAP_MEBIBYTES = 256;

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ORDER =
      "{\"data\":{\"type\":\"instances\",\"base-image\":\"" + IMAGE + "\"}}";

  private final VCenterSimulator vcenter;
  private final ChildProcess broker;
  private final Duration readyAfter;
  private final Load load = new Load();
  private final HttpClient http = HttpClient.newHttpClient();

  Lab(VCenterOptions options, Map<String, String> more) throws Exception {
    vcenter = VCenterSimulator.start(options);
    Map<String, String> settings = new HashMap<>();
    String login = vcenter.user().replace("@", "%40") + ":" + vcenter.password() + "@";
    settings.put("JUPITER_BRAIN_ADDR", "127.0.0.1:0");
    settings.put("JUPITER_BRAIN_AUTH_TOKEN", "bench");
    settings.put(
        "JUPITER_BRAIN_VSPHERE_API_URL",
        vcenter.url().toString().replace("https://", "https://" + login));
    settings.put("JUPITER_BRAIN_VSPHERE_THUMBPRINT", vcenter.thumbprint());
    settings.put("JUPITER_BRAIN_VSPHERE_BASE_PATH", vcenter.basePath());
    settings.put("JUPITER_BRAIN_VSPHERE_VM_PATH", vcenter.vmPath());
    settings.put("JUPITER_BRAIN_VSPHERE_CLUSTER_PATH", vcenter.clusterPath());
    settings.putAll(more);
    String authorities = settings.get("JUPITER_BRAIN_VSPHERE_CA_FILE");
    if (authorities != null) {
      settings.remove("JUPITER_BRAIN_VSPHERE_THUMBPRINT");
      Files.writeString(Path.of(authorities), vcenter.certificatePem());
    }
    long began = System.nanoTime();
    broker =
        ChildProcess.start(
            BrokerMain.class,
            MeasuredCode.classPath(),
            MeasuredCode.jvmFlags(HEAP_MEBIBYTES),
            settings);
    try {
      await("/health/ready", body -> true);
      readyAfter = Duration.ofNanos(System.nanoTime() - began);
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  VCenterSimulator vcenter() {
    return vcenter;
  }

  /** From the start of the broker's process until it said that it is ready. */
  Duration readyAfter() {
    return readyAfter;
  }

  ChildProcess broker() {
    return broker;
  }

  URI url() {
    return broker.url();
  }

  Load load() {
    return load;
  }

  /** Asks until the answer is a 200 that will do. */
  void await(String path, java.util.function.Predicate<String> enough) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    HttpRequest request =
        HttpRequest.newBuilder(broker.url().resolve(path))
            .header("Authorization", "token bench")
            .timeout(PATIENCE)
            .build();
    while (true) {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 200 && enough.test(answer.body())) {
        return;
      }
      if (System.nanoTime() > until) {
        throw new TimeoutException(path + " did not become what it should: " + answer.body());
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /** The broker's answer to one client. */
  HttpAnswer ask(String path) throws Exception {
    AtomicReference<HttpAnswer> answer = new AtomicReference<>();
    load.once(
        broker.url(),
        1,
        () ->
            got -> {
              answer.set(got);
              return got == null ? get(path) : null;
            });
    return answer.get();
  }

  static Buffer get(String path) {
    return request("GET", path, "");
  }

  static Buffer create() {
    return request("POST", "/instances", ORDER);
  }

  static Buffer delete(String path) {
    return request("DELETE", path, "");
  }

  private static Buffer request(String method, String path, String body) {
    return Buffer.buffer(
        method
            + ' '
            + path
            + " HTTP/1.1\r\nHost: bench\r\nAuthorization: token bench\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  /** Talks that each make one instance and put its path into {@code made}. */
  static Supplier<Load.Talk> creates(ConcurrentLinkedQueue<String> made) {
    return () ->
        answer -> {
          if (answer == null) {
            return create();
          }
          made.add(answer.header("location"));
          return null;
        };
  }

  /** Talks that each destroy one of them. */
  static Supplier<Load.Talk> deletes(ConcurrentLinkedQueue<String> made) {
    return () -> Load.Talk.of(delete(made.remove()));
  }

  /** Fills the pool: the instances' paths. */
  List<String> fill(int count) throws Exception {
    ConcurrentLinkedQueue<String> made = new ConcurrentLinkedQueue<>();
    Supplier<Load.Talk> creates = creates(made);
    while (made.size() < count) {
      load.once(broker.url(), Math.min(48, count - made.size()), creates);
    }
    return List.copyOf(made);
  }

  @Override
  public void close() throws IOException {
    try {
      broker.close();
    } finally {
      load.close();
      vcenter.close();
    }
  }
}
