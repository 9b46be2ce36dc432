package io.macpool.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.sim.kubernetes.KubernetesSimulator;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the Lease is given back, and when it must not be. */
class LeadershipIT {

  private static final String NAMESPACE = "ns";

  private KubernetesSimulator kubernetes;
  private KubernetesClient client;

  @BeforeEach
  void start() {
    kubernetes =
        KubernetesSimulator.start(KubernetesSimulator.Options.defaults(), new FakeWorkers());
    client = kubernetes.newClient();
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
    assertThat(one.wasLost()).as("a clean stop is no loss").isFalse();
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

  private Leadership leader(String identity) {
    List<String> flags =
        List.of("--watch-namespace", NAMESPACE, "--pod-name", identity, "--operator-name", "wo");
    Leadership leadership = new Leadership(OperatorSettings.SPEC.read(flags, Map.of()), client);
    leadership.election().orElseThrow().getLeaderCallbacks().orElseThrow().onStartLeading();
    assertThat(leadership.leads()).isTrue();
    lease(identity);
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
    return client
        .leases()
        .inNamespace(NAMESPACE)
        .withName("wo")
        .get()
        .getSpec()
        .getHolderIdentity();
  }
}
