package io.macpool.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.service.Resources;
import io.macpool.sim.amqp.FrameGate;
import io.macpool.sim.amqp.JobRecord;
import io.macpool.sim.amqp.RabbitMqCluster;
import io.macpool.sim.amqp.ResultCollector;
import io.macpool.sim.broker.BrokerSimulator;
import io.macpool.sim.build.BuildScriptSimulator;
import io.macpool.sim.peer.Peer;
import io.macpool.sim.ssh.GuestFleet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Everything around the workers of one test: a queue of jobs behind a gate that can be cut, a VM
 * broker and a script service with faults to be asked for, guests. At the test's end its workers
 * are stopped, and nothing of theirs may be left: no instance, no message, no connection.
 *
 * <p>The jobs come from a simulated broker, or from a real RabbitMQ in test classes with the tag
 * {@value #RABBITMQ}.
 */
final class Stage implements BeforeEachCallback, AfterEachCallback {

  static final String RABBITMQ = "RabbitMQ";

  /** A broker of jobs for each test, with a tag: for tests that harm it. */
  static final String OWN_BROKER = "own-broker";

  /** Beside {@link #OWN_BROKER}: two nodes of RabbitMQ, of this test run alone. */
  static final String CLUSTER = "RabbitMQ-cluster";

  /** Longer on a machine that others use, too: {@code -Dpatience=SECONDS}. */
  static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("patience", 40));

  static {
    Awaitility.setDefaultTimeout(PATIENCE);
    // Tests run side by side: what dies uncaught may be another's, whose broker was just stopped.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
  }

  private static final int SLOTS = 10_000;
  private static final AtomicLong IDS = new AtomicLong(System.currentTimeMillis());
  private static final ObjectMapper JSON = new ObjectMapper();

  final String queue = "builds." + UUID.randomUUID();
  private final Resources resources = new Resources();
  private final List<Worker> workers = new CopyOnWriteArrayList<>();
  private Backdrop backdrop;

  /** The broker of jobs itself; workers come to it through the gate. */
  URI jobs;

  FrameGate gate;
  ResultCollector results;
  BuildScriptSimulator scripts;
  BrokerSimulator broker;
  GuestFleet guests;
  Path directory;

  @Override
  public void beforeEach(ExtensionContext test) throws IOException {
    boolean real = test.getTags().contains(RABBITMQ);
    if (test.getTags().contains(OWN_BROKER)) {
      GuestFleet lent = shared(test, false).guests;
      if (test.getTags().contains(CLUSTER)) {
        backdrop = Backdrop.ownOfCluster(cluster(test), queue, lent);
      } else {
        backdrop = real ? Backdrop.ownOfRabbitMq(lent) : Backdrop.simulated(lent);
      }
      resources.own("backdrop", backdrop);
    } else {
      backdrop = shared(test, real);
    }
    jobs = backdrop.jobs;
    results = backdrop.results;
    guests = backdrop.guests;
    directory = Files.createTempDirectory("worker-it");
    resources.own("files", this::deleteFiles);
    gate = resources.own("gate", FrameGate.before(jobs));
    scripts = resources.own("scripts", BuildScriptSimulator.start());
    broker = resources.own("broker", BrokerSimulator.start(SLOTS, guests));
    declare(queue);
  }

  private static Backdrop shared(ExtensionContext test, boolean real) {
    return test.getRoot()
        .getStore(Namespace.create(Stage.class))
        .getOrComputeIfAbsent(
            real, key -> real ? Backdrop.rabbitMq() : Backdrop.simulated(), Backdrop.class);
  }

  /** Started by the first who asks. */
  private static RabbitMqCluster cluster(ExtensionContext test) {
    Assumptions.assumeTrue(
        Peer.RABBITMQ.location().isPresent() && RabbitMqCluster.isInstalled(),
        "no RabbitMQ is given: set PEERS_RABBITMQ");
    Assumptions.assumeTrue(
        "1".equals(System.getenv("RABBITMQ_CLUSTER")),
        "two nodes of RabbitMQ take a machine of their own: set RABBITMQ_CLUSTER=1");
    return test.getRoot()
        .getStore(Namespace.create(Stage.class))
        .getOrComputeIfAbsent(CLUSTER, key -> RabbitMqCluster.start(), RabbitMqCluster.class);
  }

  /** What operators and fate do to the broker of jobs; for a test with a broker of its own. */
  Backdrop operator() {
    return backdrop;
  }

  @Override
  public void afterEach(ExtensionContext test) {
    try {
      boolean wasSet = broker != null; // not so where there is no RabbitMQ
      if (wasSet) {
        strike();
      }
    } finally {
      resources.close();
    }
  }

  private void strike() {
    // One whose ack was lost comes again to be acked.
    await().untilAsserted(() -> assertThat(waiting()).as("messages left").isZero());
    workers.forEach(Worker::close);
    if (waiting() > 0) {
      // Held when its worker closed: whoever gets it next finds that its job has ended.
      Worker next = worker();
      await().atMost(PATIENCE).during(Duration.ofSeconds(2)).until(() -> waiting() == 0);
      next.close();
    }
    await().untilAsserted(() -> assertThat(broker.instances()).as("instances left").isEmpty());
    assertThat(waiting()).as("messages left").isZero();
    await().untilAsserted(() -> assertThat(gate.connections()).as("connections left").isZero());
    assertThat(results.unreadable()).isEmpty();
  }

  private void deleteFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** A worker on this stage; pairs of setting and value override. */
  Worker worker(String... overrides) {
    Map<String, String> settings = new HashMap<>();
    settings.put("AMQP_URI", gate.uri().toString());
    settings.put("QUEUE_NAME", queue);
    settings.put("CLAIM_LEASE", "2s");
    settings.put("POOL_SIZE", "1");
    settings.put("HOSTNAME", "worker-under-test");
    settings.put("BUILD_API_URI", scripts.uri().toString());
    settings.put("REMOTE_CONTROLLER_ADDR", "127.0.0.1:0");
    settings.put("REMOTE_CONTROLLER_AUTH", "worker:pass");
    settings.put("JUPITERBRAIN_ENDPOINT", broker.endpoint().toString());
    settings.put("JUPITERBRAIN_SSH_KEY_PATH", guests.privateKeyFile().toString());
    settings.put("JUPITERBRAIN_SSH_PORT", Integer.toString(guests.sshPort()));
    settings.put("JUPITERBRAIN_BOOT_POLL_SLEEP", "200ms");
    settings.put("JUPITERBRAIN_IMAGE_DEFAULT", "macos-14-base");
    for (int i = 0; i < overrides.length; i += 2) {
      settings.put(overrides[i], overrides[i + 1]);
    }
    Map<String, String> environment = new HashMap<>();
    settings.forEach((name, value) -> environment.put("TRAVIS_WORKER_" + name, value));
    Worker worker = Worker.start(WorkerSettings.SPEC.read(List.of(), environment));
    workers.add(worker);
    return resources.own("worker", worker);
  }

  /** Another way to the broker of jobs, for a worker to come by. */
  FrameGate anotherGate() {
    return resources.own("gate", FrameGate.before(jobs));
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
    publishText(payload.toString());
  }

  void publishText(String body) {
    backdrop.publisher.publish(queue, body);
  }

  void cancel(long id, String reason) {
    backdrop.publisher.cancel(id, "user", reason);
  }

  /** Sends something to all workers. */
  void command(ObjectNode body) {
    backdrop.publisher.command(body.toString());
  }

  /** Messages in the queue: on a real RabbitMQ those that nobody holds, on the simulator all. */
  long waiting() {
    return waiting(queue);
  }

  long waiting(String other) {
    return backdrop.publisher.waiting(other);
  }

  /** Processors that the broker knows to wait for a job. */
  long consumers() {
    return backdrop.publisher.consumers(queue);
  }

  void declare(String other) {
    backdrop.publisher.declareQueue(other);
  }

  /** Waits until the job is finished. */
  JobRecord finished(long id) {
    return results.awaitFinish(id, PATIENCE);
  }

  /** Waits until the job is given back. */
  JobRecord givenBack(long id) {
    awaitJob(id, job -> job.resets() == 1);
    return results.job(id);
  }

  /** Waits until the log has this text; returns the job's instance. */
  String awaitOutput(long id, String text) {
    // Logs and states come over two connections, in no order.
    awaitJob(
        id,
        job ->
            job.log().contains(text)
                && job.updates().stream().anyMatch(update -> update.instanceId().isPresent()));
    return results.job(id).updates().stream()
        .flatMap(update -> update.instanceId().stream())
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  void awaitJob(long id, Predicate<JobRecord> condition) {
    if (!results.await(PATIENCE, r -> condition.test(r.job(id)))) {
      throw new AssertionError("waited in vain for " + results.job(id));
    }
  }

  /** Waits until these workers have nothing to do, nor will have. */
  void awaitSettled(Collection<Worker> those) {
    await()
        .atMost(PATIENCE)
        .during(Duration.ofMillis(300))
        .until(() -> waiting() == 0 && those.stream().allMatch(Stage::isIdle));
  }

  static boolean isIdle(Worker worker) {
    return worker.view().members().stream()
        .noneMatch(member -> member.status().equals("processing"));
  }

  /** Waits until an instance exists; returns it. */
  String awaitInstance() {
    return await().until(() -> broker.instances().stream().findAny(), id -> id.isPresent()).get();
  }

  void awaitNoInstance() {
    await().atMost(PATIENCE).until(() -> broker.instances().isEmpty());
  }
}
