package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.macpool.sim.kubernetes.ApiCall;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who leads by the Lease, when it is given back, and when it must not be. */
class LeadershipIT {

  private static final String NAMESPACE = "ns";

  private final AtomicLong nanos = new AtomicLong();
  private KubernetesSimulator kubernetes;
  private KubernetesClient client;

  @BeforeEach
  void start() {
    kubernetes =
        KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), new FakeWorkers());
    Config config = Config.fromKubeconfig(kubernetes.kubeconfig().toFile());
    config.setRequestRetryBackoffLimit(0);
    client = new KubernetesClientBuilder().withConfig(config).build();
  }

  @AfterEach
  void stop() {
    client.close();
    kubernetes.close();
  }

  @Test
  void theLeaseIsGivenBackOnceTheControllersHaveStopped() {
    Leadership one = leader("one");
    AtomicBoolean stoppedFirst = new AtomicBoolean();
    one.stop(() -> stoppedFirst.set(holder().equals("one")));
    assertThat(stoppedFirst).isTrue();
    assertThat(holder()).isEmpty();
    assertThat(one.act(() -> "a round")).as("for good").isEmpty();
    assertThat(one.trouble()).as("a clean stop is no loss").isEmpty();
  }

  @Test
  void aRoundThatStillActsKeepsTheLease() {
    Leadership one = leader("one");
    one.act(
        () -> {
          one.stop(() -> {});
          return "a round that outlives its controllers";
        });
    assertThat(holder()).isEqualTo("one");
  }

  @Test
  void anothersLeaseIsLeftAlone() {
    Leadership one = leader("one");
    lease("two");
    one.stop(() -> {});
    assertThat(holder()).isEqualTo("two");
  }

  @Test
  void aLeaseThatCantBeGivenBackIsNoReasonNotToStop() {
    Leadership one = leader("one");
    kubernetes.faults().fail(1_000, 403, call -> call.isLease() && call.verb().isWrite());
    one.stop(() -> {});
    assertThat(holder()).isEqualTo("one");
  }

  @Test
  void whoRenewsTooLateHoldsStillUntilItHas() {
    Leadership one = leader("one");
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(one.act(() -> "a round")).as("two thirds of 15 s").isPresent();
    nanos.addAndGet(1);
    assertThat(one.act(() -> "a round")).isEmpty();
    assertThat(one.stands()).isFalse();
    assertThat(one.trouble()).isEmpty();
    assertThat(one.idle()).isPresent();
    assertThat(one.attempt()).as("the Lease is still its own").isTrue();
    assertThat(one.leads()).isTrue();
  }

  @Test
  void aRenewalCountsFromWhenItWasBegun() {
    Leadership one = leader("one");
    kubernetes.faults().fail(1, 503, this::readTakesEightSeconds);
    assertThat(one.attempt()).isTrue();
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(one.leads()).isTrue();
    nanos.addAndGet(1);
    assertThat(one.leads()).as("more than 10 s after it was asked for").isFalse();
  }

  private boolean readTakesEightSeconds(ApiCall call) {
    boolean read = call.isLease() && !call.verb().isWrite();
    nanos.addAndGet(read ? Duration.ofSeconds(8).toNanos() : 0);
    return false;
  }

  @Test
  void anApiThatIsAwayTakesNobodysLease() {
    Leadership one = leader("one");
    kubernetes.faults().fail(3, 503, ApiCall::isLease);
    for (int i = 0; i < 3; i++) {
      assertThat(one.attempt()).isTrue();
    }
    nanos.addAndGet(Duration.ofSeconds(60).toNanos());
    assertThat(one.leads()).as("it holds still").isFalse();
    assertThat(one.idle().orElseThrow()).contains("can't be read or renewed");
    assertThat(one.attempt()).isTrue();
    assertThat(one.leads()).as("and goes on").isTrue();
  }

  @Test
  void whoLostItStandsForElectionAgain() {
    Leadership one = leader("one");
    lease("two");
    assertThat(one.attempt()).isFalse();
    assertThat(one.idle().orElseThrow()).isEqualTo("two leads, by the Lease ns/wo");
    nanos.addAndGet(Duration.ofSeconds(15).toNanos());
    assertThat(one.attempt()).as("two may still act").isFalse();
    nanos.addAndGet(1);
    assertThat(one.attempt()).as("nothing was heard of two for 15 s").isTrue();
    assertThat(one.leads()).isTrue();
    assertThat(leases().get().getSpec().getLeaseTransitions()).isEqualTo(4);
  }

  /** Only what is seen here counts: a renewal that lies an hour ahead is as old as its sighting. */
  @Test
  void otherMachinesClocksDecideNothing() {
    lease("two", ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
    Leadership one = candidate("one");
    assertThat(one.attempt()).isFalse();
    nanos.addAndGet(Duration.ofSeconds(15).toNanos() + 1);
    assertThat(one.attempt()).isTrue();

    lease("two", ZonedDateTime.now(ZoneOffset.UTC).minusHours(1));
    assertThat(one.attempt()).as("renewed just now, an hour behind").isFalse();
    nanos.addAndGet(Duration.ofSeconds(14).toNanos());
    lease("two", ZonedDateTime.now(ZoneOffset.UTC).minusHours(2));
    assertThat(one.attempt()).as("and again").isFalse();
    nanos.addAndGet(Duration.ofSeconds(14).toNanos());
    assertThat(one.attempt()).isFalse();
  }

  @Test
  void ofTwoWhoTryAtOnceOneWins() {
    Leadership one = candidate("one");
    Leadership two = candidate("two");
    assertThat(one.attempt()).isTrue();
    assertThat(two.attempt()).isFalse();
    assertThat(one.leads() && two.leads()).isFalse();
  }

  @Test
  void anEditOfTheLeaseByAPersonIsNoLoss() {
    Leadership one = leader("one");
    kubernetes.faults().fail(1, 409, call -> call.isLease() && call.verb().isWrite());
    assertThat(one.attempt()).isTrue();
    assertThat(one.leads()).isTrue();
  }

  @Test
  void aRoundThatHangsIsAReasonToStartAgain() {
    Leadership one = leader("one");
    one.act(
        () -> {
          nanos.addAndGet(Duration.ofMinutes(5).toNanos());
          assertThat(one.trouble()).as("thirty calls of 10 s each").isEmpty();
          nanos.addAndGet(1);
          assertThat(one.trouble()).contains("a round has lasted longer than 5m0s");
          return "a round";
        });
    assertThat(one.trouble()).isEmpty();
  }

  private Leadership leader(String identity) {
    assertThat(leases().get()).isNull();
    lease(identity);
    Leadership leadership = candidate(identity);
    assertThat(leadership.leads()).isFalse();
    assertThat(leadership.attempt()).isTrue();
    assertThat(leadership.leads()).isTrue();
    return leadership;
  }

  private Leadership candidate(String identity) {
    List<String> flags =
        List.of("--watch-namespace", NAMESPACE, "--pod-name", identity, "--operator-name", "wo");
    return new Leadership(OperatorSettings.SPEC.read(flags, Map.of()), client, nanos::get);
  }

  private void lease(String holder) {
    lease(holder, ZonedDateTime.now(ZoneOffset.UTC));
  }

  private void lease(String holder, ZonedDateTime renewed) {
    LeaseSpec spec = new LeaseSpec();
    spec.setHolderIdentity(holder);
    spec.setLeaseDurationSeconds(15);
    spec.setLeaseTransitions(3);
    spec.setAcquireTime(ZonedDateTime.now(ZoneOffset.UTC));
    spec.setRenewTime(renewed);
    client
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName("wo")
                .endMetadata()
                .withSpec(spec)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  private String holder() {
    return leases().get().getSpec().getHolderIdentity();
  }

  private Resource<Lease> leases() {
    return client.leases().inNamespace(NAMESPACE).withName("wo");
  }
}
