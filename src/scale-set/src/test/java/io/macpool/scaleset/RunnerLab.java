package io.macpool.scaleset;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.macpool.service.setting.Settings;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.peer.ScaleSetEmulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.vcenter.guest.GuestPower;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * GitHub as the emulator plays it, a broker, guests, and on them a runner of ours that takes one
 * job and ends: it asks here for a job, takes its time, and says here that the job is done. One
 * that is destroyed meanwhile says nothing, and its job never ends.
 */
final class RunnerLab implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration LOOK = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Waiting(String runner, HttpExchange call) {}

  private final ScaleSetEmulator github;
  private final GuestFleet guests;
  private final BrokerSimulator broker;
  private final HttpServer office;
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final AtomicInteger mostAssigned = new AtomicInteger();
  private final AtomicInteger taken = new AtomicInteger();
  private final Path token;
  private volatile boolean assigning = true;

  RunnerLab(Path directory, int slots, String jobSeconds, String... flags) throws IOException {
    String program =
        Peer.SCALESET_EMULATOR
            .location()
            .orElseGet(
                () -> {
                  Assumptions.abort(
                      "there is no scaleset-emulator here: .ci/peers/install scaleset-emulator"
                          + " builds it with Rust");
                  return "";
                });
    github = ScaleSetEmulator.start(program, flags);
    office = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    office.createContext("/take", this::take);
    office.createContext("/done/", this::done);
    office.setExecutor(threads);
    office.start();
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("homes")).withFirstAddress("127.101.0.1"));
    broker = BrokerSimulator.start(slots, new WithRunner(jobSeconds));
    broker.knowLeases();
    token = Files.writeString(directory.resolve("github-token"), ScaleSetEmulator.TOKEN + "\n");
    var unused =
        threads.scheduleWithFixedDelay(
            this::assign, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Guests of an image that has a runner. */
  private final class WithRunner implements GuestPower {

    private final String script;

    WithRunner(String jobSeconds) {
      String url = "http://127.0.0.1:" + office.getAddress().getPort();
      script =
          """
          #!/bin/sh
          job=$(curl -sf --data-binary "$ACTIONS_RUNNER_INPUT_JITCONFIG" %1$s/take) || exit 3
          sleep %2$s
          curl -sf -X POST %1$s/done/$job
          """
              .formatted(url, jobSeconds);
    }

    @Override
    public String boot(String name) {
      String address = guests.boot(name);
      try {
        Path folder =
            Files.createDirectories(guests.home(name).orElseThrow().resolve("actions-runner"));
        Path program = Files.writeString(folder.resolve("run.sh"), script);
        if (!program.toFile().setExecutable(true)) {
          throw new IllegalStateException("can't make a runner of " + program);
        }
        return address;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void kill(String name) {
      guests.kill(name);
    }
  }

  ScaleSetEmulator github() {
    return github;
  }

  BrokerSimulator broker() {
    return broker;
  }

  GuestFleet guests() {
    return guests;
  }

  /** The environment of a scale set here, but for what {@code more} says. */
  Map<String, String> environment(Map<String, String> more) {
    Map<String, String> all = new HashMap<>();
    Map.of(
            "GITHUB_URL", github.organization(),
            "GITHUB_TOKEN_FILE", token.toString(),
            "BROKER_URL", broker.endpoint().toString(),
            "NAME", "macos-15",
            "IMAGE", "macos-15",
            "SSH_KEY_FILE", guests.privateKeyFile().toString(),
            "SSH_PORT", Integer.toString(guests.sshPort()),
            "ADMIN_ADDR", "127.0.0.1:0")
        .forEach((name, value) -> all.put("MACPOOL_SCALE_SET_" + name, value));
    more.forEach((name, value) -> all.put("MACPOOL_SCALE_SET_" + name, value));
    return all;
  }

  Settings settings(Map<String, String> more) {
    return ScaleSetSettings.SPEC.read(List.of(), environment(more));
  }

  /** Jobs in a state: available, assigned, running, completed. */
  long jobs(String state) {
    return jobs(github.state(), state).size();
  }

  private static List<JsonObject> jobs(JsonObject all, String state) {
    JsonArray jobs = all.getJsonArray("jobs");
    return jobs.stream()
        .map(JsonObject.class::cast)
        .filter(job -> job.getString("state").equals(state))
        .toList();
  }

  /** Jobs that ended well. */
  long succeeded() {
    return jobs(github.state(), "completed").stream()
        .filter(job -> "succeeded".equals(job.getString("result")))
        .count();
  }

  /** The most jobs that were ours at once, running ones included. */
  int mostAssigned() {
    return mostAssigned.get();
  }

  /** Jobs that runners took. */
  int taken() {
    return taken.get();
  }

  private void take(HttpExchange call) throws IOException {
    String config = new String(call.getRequestBody().readAllBytes(), UTF_8);
    JsonNode jit = JSON.readTree(Base64.getDecoder().decode(config));
    synchronized (waiting) {
      waiting.add(new Waiting(jit.path("runnerName").asText(), call));
    }
  }

  private void done(HttpExchange call) throws IOException {
    github.complete(
        Long.parseLong(call.getRequestURI().getPath().substring("/done/".length())), "succeeded");
    answer(call, "");
  }

  /** The connections to so many guests are lost. */
  void cutSome(int many) {
    for (String name : guests.running().stream().limit(many).toList()) {
      try {
        guests.cut(name);
      } catch (IllegalArgumentException ended) {
        // In the meantime: there is nothing to cut.
      }
    }
  }

  /** No runner is given a job from now on. */
  void holdJobs() {
    assigning = false;
  }

  /** Runners are given jobs again. */
  void assignJobs() {
    assigning = true;
  }

  /** All jobs that wait for a runner are cancelled. */
  void cancelWaiting() {
    cancel("assigned", Integer.MAX_VALUE);
  }

  /** So many jobs in a state are cancelled. */
  void cancel(String state, int most) {
    jobs(github.state(), state).stream()
        .limit(most)
        .forEach(job -> github.complete(job.getLong("id"), "canceled"));
  }

  /** GitHub's part: any job for any runner that asks. */
  private void assign() {
    if (!assigning) {
      return;
    }
    JsonObject state = github.state();
    List<JsonObject> assigned = jobs(state, "assigned");
    int ours = assigned.size() + jobs(state, "running").size();
    mostAssigned.accumulateAndGet(ours, Math::max);
    for (JsonObject job : assigned) {
      while (true) {
        Optional<Waiting> next = next();
        if (next.isEmpty()) {
          return;
        }
        long id = job.getLong("id");
        if (github.begin(id, next.get().runner())) {
          taken.incrementAndGet();
          answer(next.get().call(), Long.toString(id));
          break;
        }
        next.get().call().close(); // GitHub does not know this runner any more
      }
    }
  }

  private Optional<Waiting> next() {
    synchronized (waiting) {
      return Optional.ofNullable(waiting.poll());
    }
  }

  private static void answer(HttpExchange call, String text) {
    try (call) {
      byte[] body = (text + "\n").getBytes(UTF_8);
      call.sendResponseHeaders(200, body.length);
      call.getResponseBody().write(body);
    } catch (IOException e) {
      // The guest is gone: its job never ends, which the test sees.
      call.close();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    office.stop(0);
    broker.close();
    guests.close();
    github.close();
  }
}
