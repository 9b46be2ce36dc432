package io.macpool.worker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.amqp.AmqpSimulator;
import io.macpool.sim.amqp.JobPublisher;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.build.BuildScriptSimulator;
import io.macpool.sim.ssh.GuestFleet;
import io.macpool.sim.ssh.GuestFleetOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Everything around a worker, in this JVM: broker of jobs, scheduler, script service, VM broker.
 */
final class Stage implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final AtomicLong IDS = new AtomicLong(1000);
  private static final ObjectMapper JSON = new ObjectMapper();

  final Path directory;
  final AmqpSimulator amqp;
  final URI jobs;
  final ResultCollector results;
  final BuildScriptSimulator scripts;
  final GuestFleet guests;
  final BrokerDouble broker;
  final String queue = "builds." + UUID.randomUUID();

  Stage() {
    this(Optional.empty());
  }

  /** With the caller's broker of jobs in the simulated one's place. */
  Stage(Optional<URI> given) {
    try {
      directory = Files.createTempDirectory("worker-it");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    amqp = AmqpSimulator.start();
    jobs = given.orElseGet(amqp::uri);
    results = ResultCollector.start(jobs);
    scripts = BuildScriptSimulator.start();
    guests =
        GuestFleet.start(
            GuestFleetOptions.in(directory.resolve("guests")).withFirstAddress("127.71.0.1"));
    broker = new BrokerDouble(guests);
    send(publisher -> publisher.declareQueue(queue));
  }

  /** A worker on this stage; pairs of setting and value override. */
  Worker worker(String... overrides) {
    return Worker.start(WorkerSettings.SPEC.read(List.of(), environment(overrides)));
  }

  Map<String, String> environment(String... overrides) {
    Map<String, String> settings = new HashMap<>();
    settings.put("AMQP_URI", jobs.toString());
    settings.put("QUEUE_NAME", queue);
    settings.put("POOL_SIZE", "2");
    settings.put("HOSTNAME", "worker-under-test");
    settings.put("BUILD_API_URI", scripts.uri().toString());
    settings.put("REMOTE_CONTROLLER_ADDR", "127.0.0.1:0");
    settings.put("REMOTE_CONTROLLER_AUTH", "worker:pass");
    settings.put("JUPITERBRAIN_ENDPOINT", broker.uri().toString());
    settings.put("JUPITERBRAIN_SSH_KEY_PATH", guests.privateKeyFile().toString());
    settings.put("JUPITERBRAIN_SSH_PORT", Integer.toString(guests.sshPort()));
    settings.put("JUPITERBRAIN_BOOT_POLL_SLEEP", "200ms");
    settings.put("JUPITERBRAIN_IMAGE_DEFAULT", "macos-14-base");
    for (int i = 0; i < overrides.length; i += 2) {
      settings.put(overrides[i], overrides[i + 1]);
    }
    Map<String, String> environment = new HashMap<>();
    settings.forEach((name, value) -> environment.put("TRAVIS_WORKER_" + name, value));
    return environment;
  }

  static long newId() {
    return IDS.incrementAndGet();
  }

  /** A payload that runs these commands. */
  static ObjectNode payload(long id, String... script) {
    ObjectNode job = JSON.createObjectNode();
    job.put("type", "test").put("uuid", UUID.randomUUID().toString()).put("queue", "builds.test");
    ArrayNode commands = job.putObject("config").put("language", "objective-c").putArray("script");
    List.of(script).forEach(commands::add);
    job.putObject("job")
        .put("id", id)
        .put("number", "1.1")
        .put("queued_at", "2026-11-20T14:26:50Z");
    job.putObject("repository").put("id", 1).put("slug", "example/app");
    job.putObject("timeouts").putNull("hard_limit").putNull("log_silence");
    job.putObject("meta").put("state_update_count", 0);
    job.put("trace", false);
    return job;
  }

  /** Publishes a job that runs these commands; returns its id. */
  long publish(String... script) {
    long id = newId();
    publish(payload(id, script));
    return id;
  }

  void publish(ObjectNode payload) {
    send(publisher -> publisher.publish(queue, payload.toString()));
  }

  void cancel(long id, String reason) {
    send(publisher -> publisher.cancel(id, "user", reason));
  }

  /** On a connection of its own: tests drop those that are open. */
  void send(Consumer<JobPublisher> message) {
    try (JobPublisher publisher = JobPublisher.connect(jobs)) {
      message.accept(publisher);
    }
  }

  JobRecord finished(long id) {
    return results.awaitFinish(id, PATIENCE);
  }

  @Override
  public void close() {
    broker.close();
    guests.close();
    scripts.close();
    results.close();
    amqp.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
