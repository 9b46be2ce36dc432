package io.macpool.bench.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.amqp.StateUpdate;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.build.BuildScriptSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import io.macpool.sim.ssh.GuestProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** All that a worker needs, simulated; and jobs for it. */
final class WorkerPeers implements AutoCloseable {

  static final String QUEUE = "builds.bench";

  private static final int SLOTS = 2_000;
  private static final int LAST_LINES = 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicLong IDS = new AtomicLong();

  private final Path directory;
  private final AmqpSimulator amqp = AmqpSimulator.start();
  private final ResultCollector states;
  private final JobPublisher publisher;
  private final BuildScriptSimulator scripts = BuildScriptSimulator.start();
  private final GuestFleet guests;
  private final BrokerSimulator broker;

  /** With guests in which {@code program} stands in for every command and script. */
  WorkerPeers(GuestProgram program) throws IOException {
    directory = Files.createTempDirectory("worker-bench");
    states = ResultCollector.ofStates(amqp.uri());
    publisher = JobPublisher.connect(amqp.uri());
    publisher.declareQueue(QUEUE);
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests"))
                .withFirstAddress("127.90.0.1")
                .withRsaHostKey()
                .withProgram(new FakeWrapper(program)));
    broker = BrokerSimulator.start(SLOTS, guests);
  }

  AmqpSimulator amqp() {
    return amqp;
  }

  JobPublisher publisher() {
    return publisher;
  }

  GuestFleet guests() {
    return guests;
  }

  /** The settings of a worker of {@code processors} here. */
  Map<String, String> environment(int processors, int port) {
    return Map.ofEntries(
        Map.entry("TRAVIS_WORKER_AMQP_URI", amqp.uri().toString()),
        Map.entry("TRAVIS_WORKER_QUEUE_NAME", QUEUE),
        Map.entry("TRAVIS_WORKER_POOL_SIZE", Integer.toString(processors)),
        Map.entry("TRAVIS_WORKER_BUILD_API_URI", scripts.uri().toString()),
        Map.entry("TRAVIS_WORKER_MAX_LOG_LENGTH", Integer.toString(1 << 30)),
        Map.entry("TRAVIS_WORKER_REMOTE_CONTROLLER_ADDR", "127.0.0.1:" + port),
        Map.entry("TRAVIS_WORKER_REMOTE_CONTROLLER_AUTH", "bench:bench"),
        Map.entry("TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT", broker.endpoint().toString()),
        Map.entry("TRAVIS_WORKER_JUPITERBRAIN_SSH_KEY_PATH", guests.privateKeyFile().toString()),
        Map.entry("TRAVIS_WORKER_JUPITERBRAIN_SSH_PORT", Integer.toString(guests.sshPort())),
        Map.entry("TRAVIS_WORKER_JUPITERBRAIN_IMAGE_DEFAULT", "bench"));
  }

  /** Publishes so many jobs at once; returns their ids. */
  List<Long> publish(int jobs) {
    List<Long> ids = new ArrayList<>();
    List<String> bodies = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      long id = IDS.incrementAndGet();
      ObjectNode job = JSON.createObjectNode().put("type", "test");
      job.put("uuid", UUID.randomUUID().toString());
      job.putObject("job").put("id", id).put("number", "1.1");
      job.putObject("repository").put("id", 1).put("slug", "example/bench");
      job.putObject("config").put("language", "objective-c").putArray("script").add("true");
      ids.add(id);
      bodies.add(job.toString());
    }
    publisher.publish(QUEUE, bodies);
    return ids;
  }

  /** Publishes one message and waits until it is consumed. */
  void passMessage(Duration patience) {
    long id = IDS.incrementAndGet();
    publisher.publish(ResultCollector.STATES, JSON.createObjectNode().put("id", id).toString());
    await(List.of(id), job -> !job.updates().isEmpty(), "consumed", patience);
  }

  void awaitFinished(List<Long> ids, Duration patience) {
    await(ids, job -> job.finish().isPresent(), "finished", patience);
    for (long id : ids) {
      Optional<String> state = states.job(id).finalState();
      if (!state.equals(Optional.of("passed"))) {
        throw new IllegalStateException("job %d ended %s".formatted(id, state));
      }
    }
  }

  /** Waits until a worker has taken them. */
  void awaitReceived(List<Long> ids, Duration patience) {
    await(ids, job -> !job.updates().isEmpty(), "received", patience);
  }

  void awaitStarted(List<Long> ids, Duration patience) {
    await(ids, job -> job.updates().stream().anyMatch(StateUpdate::isStart), "started", patience);
  }

  private void await(
      List<Long> ids, Predicate<JobRecord> condition, String what, Duration patience) {
    if (!states.await(patience, r -> ids.stream().map(r::job).allMatch(condition))) {
      long met = ids.stream().map(states::job).filter(condition).count();
      throw late("%d of %d jobs were %s".formatted(met, ids.size(), what), patience);
    }
  }

  /** Waits until the condition holds. */
  void await(BooleanSupplier condition, Supplier<String> state, Duration patience)
      throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw late(state.get(), patience);
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  /** Too late, and what the worker said last. */
  private IllegalStateException late(String state, Duration patience) {
    return new IllegalStateException(
        "after %d s %s; the worker's last lines are%n%s"
            .formatted(patience.toSeconds(), state, lastLines()));
  }

  /** Where the worker's output goes. */
  Path workerLog() {
    return directory.resolve("worker.log");
  }

  String lastLines() {
    try (Stream<String> lines = Files.lines(workerLog())) {
      Deque<String> last = new ArrayDeque<>();
      lines.forEach(
          line -> {
            last.add(line);
            if (last.size() > LAST_LINES) {
              last.remove();
            }
          });
      return String.join("\n", last);
    } catch (IOException | UncheckedIOException e) {
      return "not to be read: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    publisher.close();
    states.close();
    broker.close();
    guests.close();
    scripts.close();
    amqp.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't remove " + directory, e);
    }
  }
}
