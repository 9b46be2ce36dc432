package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.service.KnownFailure;
import io.macpool.sim.kubernetes.ApiCall;
import io.macpool.sim.kubernetes.ApiCall.Verb;
import io.macpool.sim.kubernetes.ApiFaults;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Each fault befalls each kind of call that an operator makes, over the whole life of a cluster:
 * nothing is granted twice, the fleet converges, and the operator lives.
 */
class ApiFaultsIT {

  /** Calls that only the operator makes, and no test. */
  private static final Map<String, Predicate<ApiCall>> CALLS = new LinkedHashMap<>();

  static {
    CALLS.put("get", call -> call.verb() == Verb.GET && call.resource().equals("secrets"));
    CALLS.put("list", call -> call.verb() == Verb.LIST);
    CALLS.put("watch", call -> call.verb() == Verb.WATCH && ofPerson(call));
    CALLS.put("create", call -> call.verb() == Verb.CREATE && !call.isLease());
    CALLS.put("apply", call -> call.verb() == Verb.PATCH && call.resource().startsWith("deploy"));
    CALLS.put("status", call -> call.verb().isWrite() && call.subresource().equals("status"));
    CALLS.put("delete", call -> call.verb() == Verb.DELETE && !ofPerson(call));
    CALLS.put("lease get", call -> call.verb() == Verb.GET && call.isLease());
  }

  private static final String SILENCE = "no answer ever";

  /** Befalls only once the Lease was renewed: two in a row would lose it. */
  private static final String LEASE_WRITE = "lease write";

  private final OperatorBench bench =
      new OperatorBench(
          "--leader-election", "true", "--lease-duration", "6s", "--reconcile-interval", "300ms");

  private final Set<String> befallen = ConcurrentHashMap.newKeySet();
  private final List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> log =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          logged.add(event);
        }
      };

  @BeforeEach
  void start() {
    log.start();
    root().addAppender(log);
    bench.start();
    eventually(() -> assertThat(bench.operator().leads()).isTrue());
  }

  @AfterEach
  void stop() {
    root().detachAppender(log);
    bench.close();
  }

  /** A fault for the next call of a kind. */
  private interface Fault {
    void befall(ApiFaults faults, Predicate<ApiCall> calls);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        arguments("409", answer(409)),
        arguments("410", answer(410)),
        arguments("429 with Retry-After", answer(429)),
        arguments("500", answer(500)),
        arguments("503", answer(503)),
        arguments("connection reset", (Fault) (faults, calls) -> faults.drop(1, calls)),
        arguments("lost answer", (Fault) (faults, calls) -> faults.loseAnswer(1, calls)),
        arguments(
            "late answer",
            (Fault) (faults, calls) -> faults.delay(1, Duration.ofSeconds(1), calls)),
        arguments("no answer ever", (Fault) (faults, calls) -> faults.silence(1, false, calls)),
        arguments(
            "no answer ever, but done", (Fault) (faults, calls) -> faults.silence(1, true, calls)));
  }

  private static Fault answer(int status) {
    return (faults, calls) -> faults.fail(1, status, calls);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aFaultOfAnyCallDelaysButBreaksNothing(String name, Fault fault) {
    if (name.startsWith(SILENCE)) {
      bench.restart("--api-timeout", "1s");
      eventually(() -> assertThat(bench.operator().leads()).isTrue());
    }
    CALLS.forEach((kind, calls) -> befall(fault, kind, calls));
    bench.apply(cluster("wc", 4, 2, ""));
    converges(2, 2);
    assertThat(bench.workers.all()).extracting(FakeWorker::patches).containsExactly(1, 1);
    bench.simulator().expireWatches();
    // Edited when it was listed already: only the watch can tell.
    patiently(() -> assertThat(befallen).contains("watch"));
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 2);
    converges(2);
    leaseIsRenewed();
    befall(fault, LEASE_WRITE, call -> call.verb().isWrite() && call.isLease());
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 4);
    converges(2, 2);
    bench.client.resource(bench.get("wc")).delete();
    patiently(() -> assertThat(bench.get("wc")).isNull());
    patiently(() -> assertThat(befallen).containsAll(CALLS.keySet()).contains(LEASE_WRITE));
    leaseIsRenewed();
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(4);
    assertThat(bench.operator().leads()).as("it lives").isTrue();
    logsNoTrace();
  }

  private void logsNoTrace() {
    assertThat(logged)
        .filteredOn(event -> !event.getLoggerName().startsWith("io.macpool.sim"))
        .map(event -> KnownFailure.brief(event, FrameworkFailures.KNOWN))
        .filteredOn(line -> line.getThrowableProxy() != null)
        .isEmpty();
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private void befall(Fault fault, String kind, Predicate<ApiCall> calls) {
    fault.befall(bench.simulator().faults(), call -> calls.test(call) && noted(kind));
  }

  private void leaseIsRenewed() {
    Instant now = Instant.now();
    patiently(() -> assertThat(renewed()).isAfter(now));
  }

  /** Read without a call, which would be befallen. */
  private Instant renewed() {
    JsonNode lease =
        bench
            .simulator()
            .object("leases.coordination.k8s.io", bench.namespace, "worker-operator")
            .orElseThrow();
    return Instant.parse(lease.at("/spec/renewTime").asText());
  }

  private boolean noted(String kind) {
    befallen.add(kind);
    return true;
  }

  private void converges(Integer... sizes) {
    patiently(() -> assertThat(bench.workers.sizes("wc")).containsExactly(sizes));
  }

  private static void patiently(org.awaitility.core.ThrowingRunnable assertion) {
    await()
        .dontCatchUncaughtExceptions() // a framework that stops drops what its watches still tell
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(assertion);
  }

  private static boolean ofPerson(ApiCall call) {
    return call.resource().startsWith("workerclusters");
  }
}
