package io.macpool.brain.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.PowerState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the broker relies on, whoever provides the machines: what may be asked twice, what a lost
 * answer means, and what is told in which order. Every adapter passes it, on a simulator and on
 * whatever real peer can be had.
 */
@Timeout(120)
public abstract class HypervisorContract {

  protected static final Duration LIMIT = Duration.ofSeconds(40);
  protected static final String IMAGE = "macos-15-xcode-16";
  protected static final String LEDGER = "the-ledger";

  /** The adapter, identified as {@link #LEDGER}, with an inventory, and without machines. */
  protected abstract Hypervisor hypervisor();

  /** Cuts every connection of the adapter; new ones are let through. */
  protected abstract void cut();

  protected static <T> T get(CompletableFuture<T> work) throws Exception {
    return work.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  protected static HypervisorFailure failure(CompletableFuture<?> work) throws Exception {
    try {
      Object result = get(work);
      throw new AssertionError("it went well: " + result);
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(HypervisorFailure.class);
      return (HypervisorFailure) e.getCause();
    }
  }

  protected static Mark mark(String name) {
    return new Mark(LEDGER, name);
  }

  protected Image image(String name) {
    return hypervisor().lastKnown().image(name).orElseThrow();
  }

  protected static CloneOrder order(Image image, String name) {
    return new CloneOrder(image, name, Optional.empty(), mark(name));
  }

  protected String newClone(String name) throws Exception {
    return get(hypervisor().cloneLinked(order(image(IMAGE), name)));
  }

  private CompletableFuture<Optional<Machine>> find(String name) {
    return hypervisor().find(name, Optional.empty());
  }

  protected Machine await(String name, Predicate<Machine> condition) {
    return Awaitility.await(name + " as expected")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> hypervisor().lastKnown().machine(name), m -> m.filter(condition).isPresent())
        .orElseThrow();
  }

  private void awaitGone(String name) {
    Awaitility.await(name + " is gone")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> hypervisor().lastKnown().machine(name).isEmpty());
  }

  @Test
  void aCloneIsSeenFromItsBirthToItsEndWithoutAsking() throws Exception {
    ConcurrentLinkedQueue<Inventory> seen = new ConcurrentLinkedQueue<>();
    hypervisor().onChange(seen::add);
    String ref = newClone("watched");
    Machine off = await("watched", m -> m.power() == PowerState.OFF);
    assertThat(off.ref()).isEqualTo(ref);
    assertThat(off.addresses()).isEmpty();
    assertThat(off.host())
        .hasValueSatisfying(h -> assertThat(hypervisor().lastKnown().hosts()).containsKey(h));
    get(hypervisor().powerOn(ref));
    Machine on = await("watched", m -> m.power() == PowerState.ON && m.ipv4().isPresent());
    Machine found = get(find("watched")).orElseThrow();
    assertThat(found.ref()).isEqualTo(ref);
    assertThat(found.addresses()).isEqualTo(on.addresses());
    assertThat(get(hypervisor().read()).machine("watched").map(Machine::ref)).contains(ref);
    get(hypervisor().powerOff(ref));
    await("watched", m -> m.power() == PowerState.OFF && m.addresses().isEmpty());
    get(hypervisor().destroy(ref));
    awaitGone("watched");
    assertThat(get(find("watched"))).isEmpty();
    assertThat(seen).isNotEmpty();
    assertThat(seen.stream().map(Inventory::version).toList()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void whoeverHearsOfADestructionDoesNotSeeTheMachineAnyMore() throws Exception {
    for (int i = 0; i < 5; i++) {
      String name = "brief-" + i;
      String ref = newClone(name);
      await(name, m -> m.power() == PowerState.OFF);
      get(hypervisor().destroy(ref));
      assertThat(hypervisor().lastKnown().machine(name)).isEmpty();
    }
  }

  @Test
  void aConfirmationThatIsAskedForComesAtOnceAndIsYounger() {
    long before = hypervisor().sighting().toOptional().orElseThrow().confirmation();
    long asked = System.nanoTime();
    hypervisor().confirm();
    Awaitility.await("a confirmation that was asked for later")
        .atMost(LIMIT)
        .until(
            () -> hypervisor().sighting().toOptional().orElseThrow(),
            sighting -> sighting.confirmation() > before && sighting.askedAt() - asked > 0);
  }

  @Test
  void aCloneIsKnownByItsMarkAndOnlyToItsOwnLedger() throws Exception {
    String ref = newClone("marked");
    Machine machine = await("marked", m -> m.sign().mark().isPresent());
    assertThat(machine.sign().mark()).contains(mark("marked"));
    assertThat(machine.sign().inFolder()).isTrue();
    assertThat(machine.sign().reachable()).isTrue();
    assertThat(get(hypervisor().locate(ref, Optional.empty()))).isPresent();
    hypervisor().identify(Identities.of("another", List.of()));
    assertThat(hypervisor().lastKnown().machine("marked")).isEmpty();
    assertThat(hypervisor().lastKnown().others()).extracting(Machine::ref).contains(ref);
    hypervisor().identify(Identities.of(LEDGER, List.of()));
    assertThat(hypervisor().lastKnown().machine("marked")).isPresent();
  }

  @Test
  void aNameIsTakenOnce() throws Exception {
    String ref = newClone("twin");
    HypervisorFailure failure = failure(hypervisor().cloneLinked(order(image(IMAGE), "twin")));
    assertThat(failure).isInstanceOf(HypervisorFailure.Refused.class);
    assertThat(failure.kind()).isEqualTo(HypervisorFailure.Refused.NAME_TAKEN);
    assertThat(failure).hasMessageContaining("twin");
    assertThat(get(hypervisor().read()).machines().values())
        .extracting(Machine::ref)
        .containsExactly(ref);
  }

  @Test
  void aCloneRunsOnTheHostThatWasNamed() throws Exception {
    for (Host host : hypervisor().lastKnown().hosts().values()) {
      if (host.storage().containsAll(image(IMAGE).storage())) {
        String name = "on-" + host.name();
        get(
            hypervisor()
                .cloneLinked(
                    new CloneOrder(image(IMAGE), name, Optional.of(host.id()), mark(name))));
        assertThat(await(name, m -> m.host().isPresent()).host()).contains(host.id());
        assertThat(get(hypervisor().find(name, Optional.of(host.id())))).isPresent();
      }
    }
  }

  @Test
  void whatIsDoneAlreadyIsNoError() throws Exception {
    String ref = newClone("twice");
    get(hypervisor().powerOff(ref));
    get(hypervisor().powerOn(ref));
    get(hypervisor().powerOn(ref));
    get(hypervisor().powerOff(ref));
    get(hypervisor().powerOff(ref));
    get(hypervisor().destroy(ref));
    assertThat(get(hypervisor().destroy(ref))).isFalse();
    get(hypervisor().powerOff(ref));
    assertThat(failure(hypervisor().powerOn(ref))).isInstanceOf(HypervisorFailure.Absent.class);
    assertThat(get(hypervisor().locate(ref, Optional.empty()))).isEmpty();
  }

  @Test
  void whatRunsIsNotDestroyed() throws Exception {
    String ref = newClone("on");
    get(hypervisor().powerOn(ref));
    HypervisorFailure failure = failure(hypervisor().destroy(ref));
    assertThat(failure).isInstanceOf(HypervisorFailure.Refused.class);
    assertThat(failure.kind()).isEqualTo(HypervisorFailure.Refused.WRONG_POWER);
    assertThat(failure).hasMessageContaining("destruction of " + ref);
    await("on", m -> m.power() == PowerState.ON);
  }

  /** The image as it was before it went. */
  protected abstract Image gone(Image image);

  @Test
  void anImageThatIsGoneIsAbsent() throws Exception {
    HypervisorFailure failure =
        failure(hypervisor().cloneLinked(order(gone(image(IMAGE)), "never")));
    assertThat(failure).isInstanceOf(HypervisorFailure.Absent.class);
    assertThat(get(find("never"))).isEmpty();
  }

  @Test
  void anInstantCloneOfWhatDoesNotRunFailsSoThatALinkedOneCanFollow() throws Exception {
    HypervisorFailure failure =
        failure(hypervisor().cloneInstantly(order(image(IMAGE), "instant")));
    // Who has no instant clone at all must refuse, too.
    assertThat(failure).isInstanceOf(HypervisorFailure.Refused.class);
    assertThat(get(find("instant"))).isEmpty();
  }

  @Test
  void noCloneRunsWhenNoneWasAskedFor() throws Exception {
    newClone("done");
    // What runs may be told a moment after its end.
    Awaitility.await("no clone runs")
        .atMost(LIMIT)
        .until(() -> !hypervisor().mayBeCloning(image(IMAGE).ref()));
  }

  /** An answer that is lost in mid-clone may be unknown; it is never a lie. */
  @Test
  protected void aCutConnectionLeavesNoLie() throws Exception {
    CompletableFuture<String> clone = hypervisor().cloneLinked(order(image(IMAGE), "cut-short"));
    cut();
    String ref = null;
    HypervisorFailure failure = null;
    try {
      ref = get(clone);
    } catch (ExecutionException e) {
      failure = (HypervisorFailure) e.getCause();
    }
    Awaitility.await("no clone runs any more")
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () -> {
              get(find("cut-short"));
              return !hypervisor().mayBeCloning(image(IMAGE).ref());
            });
    Optional<Machine> found = get(find("cut-short"));
    if (ref != null) {
      assertThat(found.map(Machine::ref)).contains(ref);
    } else if (failure.nothingWasDone()) {
      assertThat(found).isEmpty();
    } else {
      assertThat(failure).isInstanceOf(HypervisorFailure.OutcomeUnknown.class);
    }
  }
}
