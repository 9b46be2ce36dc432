package io.macpool.operator;

import static io.macpool.operator.OperatorBench.cluster;
import static io.macpool.operator.OperatorBench.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.macpool.sim.kubernetes.ApiCall;
import io.macpool.sim.kubernetes.ApiCall.Verb;
import io.macpool.sim.kubernetes.ApiFaults;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fault befalls each kind of call that an operator makes, over the whole life of a cluster:
 * nothing is granted twice, the fleet converges, and the operator lives.
 */
class ApiFaultsIT {

  private static final int TIMES = 2;

  /** Calls that only the operator makes, and no test. */
  private static final Map<String, Predicate<ApiCall>> CALLS = new LinkedHashMap<>();

  static {
    CALLS.put("get", call -> call.verb() == Verb.GET && call.resource().equals("secrets"));
    CALLS.put("list", call -> call.verb() == Verb.LIST);
    CALLS.put("watch", call -> call.verb() == Verb.WATCH);
    CALLS.put("create", call -> call.verb() == Verb.CREATE && !call.isLease());
    CALLS.put("apply", call -> call.verb() == Verb.PATCH && call.resource().startsWith("deploy"));
    CALLS.put("status", call -> call.verb().isWrite() && call.subresource().equals("status"));
    CALLS.put("delete", call -> call.verb() == Verb.DELETE && !ofPerson(call));
    CALLS.put("lease get", call -> call.verb() == Verb.GET && call.isLease());
    CALLS.put("lease write", call -> call.verb().isWrite() && call.isLease());
  }

  private final OperatorBench bench =
      new OperatorBench("--leader-election", "true", "--lease-duration", "15s");
  private final Set<String> befallen = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void start() {
    bench.start();
    eventually(() -> assertThat(bench.operator().leads()).isTrue());
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  /** A fault for the next calls of a kind. */
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
        arguments("connection reset", (Fault) (faults, calls) -> faults.drop(TIMES, calls)),
        arguments("lost answer", (Fault) (faults, calls) -> faults.loseAnswer(TIMES, calls)),
        arguments(
            "late answer",
            (Fault) (faults, calls) -> faults.delay(TIMES, Duration.ofSeconds(2), calls)));
  }

  private static Fault answer(int status) {
    return (faults, calls) -> faults.fail(TIMES, status, calls);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aFaultOfAnyCallDelaysButBreaksNothing(String name, Fault fault) {
    CALLS.forEach(
        (kind, calls) ->
            fault.befall(bench.simulator().faults(), call -> calls.test(call) && noted(kind)));
    bench.apply(cluster("wc", 4, 2, ""));
    converges(2, 2);
    bench.simulator().expireWatches();
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 2);
    converges(2);
    bench.edit("wc", wc -> wc.getSpec().maxJobs = 4);
    converges(2, 2);
    bench.client.resource(bench.get("wc")).delete();
    patiently(() -> assertThat(bench.get("wc")).isNull());
    patiently(() -> assertThat(befallen).isEqualTo(CALLS.keySet()));
    assertThat(bench.workers.mostAlive("wc")).isLessThanOrEqualTo(4);
    assertThat(bench.operator().leads()).as("it lives").isTrue();
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
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(assertion);
  }

  private static boolean ofPerson(ApiCall call) {
    return call.resource().startsWith("workerclusters");
  }
}
