package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
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

/** When the Lease is given back, and when it must not be. */
class LeadershipIT {

  private static final String NAMESPACE = "ns";

  private final AtomicLong nanos = new AtomicLong();
  private final LeaseRenewals renewals = new LeaseRenewals(nanos::get);
  private KubernetesSimulator kubernetes;
  private KubernetesClient client;

  @BeforeEach
  void start() {
    kubernetes =
        KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), new FakeWorkers());
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(kubernetes.kubeconfig().toFile()))
            .withHttpClientBuilderConsumer(
                http -> http.addOrReplaceInterceptor("renewals", renewals))
            .build();
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

    assertThat(holder()).isEqualTo("one"); // read now: what is written next may be as old
    nanos.addAndGet(Duration.ofSeconds(9).toNanos());
    lease("one");
    assertThat(one.leads()).isTrue();
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(one.leads()).as("11 s after it was read").isFalse();
  }

  @Test
  void aReadThatIsRepeatedCountsFromTheFirstTime() {
    Leadership one = leader("one");
    nanos.addAndGet(Duration.ofSeconds(9).toNanos());
    kubernetes
        .faults()
        .fail(
            1,
            503,
            call -> {
              boolean read = call.isLease() && !call.verb().isWrite();
              nanos.addAndGet(read ? Duration.ofSeconds(8).toNanos() : 0);
              return read;
            });
    assertThat(holder()).isEqualTo("one");
    lease("one");
    assertThat(one.leads()).isTrue();
    nanos.addAndGet(Duration.ofSeconds(3).toNanos());
    assertThat(one.leads()).as("11 s after it was first asked for").isFalse();
  }

  @Test
  void aRefusedRenewalIsNone() {
    Leadership one = leader("one");
    kubernetes.faults().fail(1, 409, call -> call.isLease() && call.verb().isWrite());
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(holder()).isEqualTo("one");
    assertThatThrownBy(() -> lease("one")).isInstanceOf(KubernetesClientException.class);
    assertThat(one.leads()).isFalse();
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
    List<String> flags =
        List.of("--watch-namespace", NAMESPACE, "--pod-name", identity, "--operator-name", "wo");
    Leadership leadership =
        new Leadership(OperatorSettings.SPEC.read(flags, Map.of()), client, renewals, nanos::get);
    assertThat(leases().get()).isNull();
    lease(identity);
    assertThat(leadership.leads()).isFalse();
    leadership.election().orElseThrow().getLeaderCallbacks().orElseThrow().onStartLeading();
    assertThat(leadership.leads()).isTrue();
    return leadership;
  }

  private void lease(String holder) {
    LeaseSpec spec = new LeaseSpec();
    spec.setHolderIdentity(holder);
    spec.setLeaseDurationSeconds(15);
    spec.setLeaseTransitions(3);
    spec.setAcquireTime(ZonedDateTime.now(ZoneOffset.UTC));
    spec.setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
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
