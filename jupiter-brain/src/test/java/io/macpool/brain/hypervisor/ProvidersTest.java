package io.macpool.brain.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.PowerState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ProvidersTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Scripted one = new Scripted("host-1", "intel", "vm-1");
  private final Scripted two = new Scripted("two:host-2", "arm", "two:host-2/b");
  private final Providers both =
      new Providers(
          List.of(
              new Providers.Provider("one", "", one), new Providers.Provider("two", "two:", two)));

  @Test
  void eachTellsWhoseItIs() {
    Inventory all = both.inventory().toOptional().orElseThrow();
    assertThat(all.hosts().get("host-1").traits().provider()).isEqualTo("one");
    assertThat(all.hosts().get("two:host-2").traits().provider()).isEqualTo("two");
    assertThat(all.images().get("arm").provider()).isEqualTo("two");
    assertThat(all.machines()).containsOnlyKeys("of-host-1", "of-two:host-2");
  }

  @Test
  void oneThatCantBeSeenLeavesTheOtherAsItIs() {
    assertThat(both.unseen()).isEmpty();
    one.trouble = Optional.of("no answer");
    assertThat(both.unseen()).contains("one: no answer");
    Inventory all = both.inventory().toOptional().orElseThrow();
    assertThat(all.hosts().get("host-1").connected()).isFalse();
    assertThat(all.hosts().get("host-1").traits().limit()).contains("one can't be seen: no answer");
    assertThat(all.machines().get("of-host-1").sign().reachable()).isFalse();
    assertThat(all.machines().get("of-host-1").power()).isEqualTo(PowerState.UNKNOWN);
    assertThat(all.hosts().get("two:host-2").connected()).isTrue();
    assertThat(all.machines().get("of-two:host-2").power()).isEqualTo(PowerState.ON);
    assertThat(both.sighting().isKnown()).isTrue();
    assertThat(both.unreachable()).isEmpty();
    two.trouble = Optional.of("neither");
    assertThat(both.inventory().isKnown()).isFalse();
    assertThat(both.sighting().isKnown()).isFalse();
    assertThat(both.unreachable()).contains("one: no answer; two: neither");
    one.trouble = Optional.empty();
    two.trouble = Optional.empty();
    assertThat(both.lastKnown().hosts().values()).allMatch(Host::connected);
  }

  private long confirmation() {
    return both.sighting().toOptional().orElseThrow().confirmation();
  }

  @Test
  void aConfirmationIsOneOfAllThatCanBeSeen() {
    long first = confirmation();
    one.confirmations++;
    one.confirmations++;
    assertThat(confirmation()).isEqualTo(first);
    two.confirmations++;
    assertThat(confirmation()).isEqualTo(first + 1);
    assertThat(confirmation()).isEqualTo(first + 1);
    one.trouble = Optional.of("no answer");
    assertThat(confirmation()).isEqualTo(first + 1);
    two.confirmations++;
    assertThat(confirmation()).isEqualTo(first + 2);
  }

  /** Else what was suspected once would count as confirmed by the other one's news. */
  @Test
  void whatIsConfirmedIsShownAsItWasThen() {
    long first = confirmation();
    two.machines = List.of();
    two.confirmations++;
    assertThat(both.sighting().toOptional().orElseThrow().inventory().machine("of-two:host-2"))
        .isPresent();
    assertThat(both.lastKnown().machine("of-two:host-2")).isEmpty();
    one.confirmations++;
    assertThat(confirmation()).isEqualTo(first + 1);
    assertThat(both.sighting().toOptional().orElseThrow().inventory().machine("of-two:host-2"))
        .isEmpty();
  }

  @Test
  void whatIsSeenInAConfirmationWasAskedForByEach() {
    one.askedAt = 20;
    two.askedAt = 10;
    assertThat(both.sighting().toOptional().orElseThrow().askedAt()).isEqualTo(10);
  }

  @Test
  void workGoesToWhoHasIt() {
    Image arm = both.lastKnown().image("arm").orElseThrow();
    Mark mark = new Mark("ledger", "new");
    both.cloneLinked(new CloneOrder(arm, "new", Optional.of("two:host-2"), mark)).join();
    both.powerOn("vm-1").join();
    both.destroy("two:host-2/b").join();
    both.find("new", Optional.of("two:host-2")).join();
    both.locate("vm-1", Optional.empty()).join();
    assertThat(one.asked).containsExactly("on vm-1", "locate vm-1");
    assertThat(two.asked).containsExactly("clone new", "destroy two:host-2/b", "find new");
    assertThat(both.cloneLinked(new CloneOrder(arm, "new", Optional.of("host-1"), mark)))
        .isCompletedExceptionally();
  }

  @Test
  void whoIsAskedAndCantTellLeavesItOpen() {
    assertThat(both.find("nobody", Optional.empty()).join()).isEmpty();
    one.lost = true;
    assertThat(both.find("nobody", Optional.empty())).isCompletedExceptionally();
    assertThat(both.find("of-two:host-2", Optional.empty()).join()).isPresent();
    assertThat(both.find("nobody", Optional.of("two:host-2")).join()).isEmpty();
  }

  @Test
  void anImageThatTwoHaveIsTheFirstOnes() {
    two.image = "intel";
    assertThat(both.lastKnown().image("intel").orElseThrow().provider()).isEqualTo("one");
    assertThat(both.warnings()).singleElement().asString().contains("intel");
  }

  @Test
  void newsComeInOrder() {
    List<Long> versions = new ArrayList<>();
    both.onChange(inventory -> versions.add(inventory.version()));
    two.machines = List.of();
    two.tell();
    one.trouble = Optional.of("gone");
    one.tell();
    one.tell();
    assertThat(versions).hasSize(2).isSorted().doesNotHaveDuplicates();
  }

  /** Shows what a test says. */
  private static final class Scripted implements Hypervisor {

    private final String host;
    private final List<String> asked = new ArrayList<>();
    private final List<Consumer<Inventory>> listeners = new ArrayList<>();
    private String image;
    private List<Machine> machines;
    private Optional<String> trouble = Optional.empty();
    private boolean lost;
    private long confirmations = 1;
    private long askedAt = 1;
    private Inventory shown = Inventory.EMPTY;

    Scripted(String host, String image, String ref) {
      this.host = host;
      this.image = image;
      this.machines =
          List.of(
              new Machine(
                  "of-" + host,
                  ref,
                  PowerState.ON,
                  List.of(),
                  Optional.of(host),
                  Optional.empty()));
    }

    void tell() {
      listeners.forEach(listener -> listener.accept(lastKnown()));
    }

    private <T> CompletableFuture<T> noted(String what, T result) {
      asked.add(what);
      return CompletableFuture.completedFuture(result);
    }

    @Override
    public Inventory lastKnown() {
      Inventory now =
          Inventory.of(
              shown.version() + 1,
              Map.of(host, new Host(host, host, true, false, Set.of())),
              Map.of(
                  image,
                  new Image(
                      image,
                      host.startsWith("two:") ? "two:image/" + image : image,
                      Optional.empty(),
                      0,
                      0,
                      Set.of(),
                      false,
                      Optional.empty())),
              machines,
              Identities.NONE);
      boolean same = now.machines().equals(shown.machines()) && now.images().equals(shown.images());
      shown = same && shown.version() > 0 ? shown : now;
      return shown;
    }

    @Override
    public Observed<Sighting> sighting() {
      return trouble
          .<Observed<Sighting>>map(why -> Observed.unknown(why, NOW))
          .orElseGet(() -> Observed.known(new Sighting(lastKnown(), confirmations, askedAt), NOW));
    }

    @Override
    public CompletableFuture<Optional<Machine>> find(String name, Optional<String> where) {
      asked.add("find " + name);
      return lost
          ? CompletableFuture.failedFuture(new HypervisorFailure.Unavailable("lost", null))
          : CompletableFuture.completedFuture(lastKnown().machine(name));
    }

    @Override
    public CompletableFuture<Optional<Machine>> locate(String ref, Optional<String> uuid) {
      return noted("locate " + ref, Optional.empty());
    }

    @Override
    public CompletableFuture<Inventory> read() {
      return noted("read", lastKnown());
    }

    @Override
    public boolean mayBeCloning(String imageRef) {
      return false;
    }

    @Override
    public CompletableFuture<String> cloneLinked(CloneOrder order) {
      return noted("clone " + order.name(), order.name());
    }

    @Override
    public CompletableFuture<String> cloneInstantly(CloneOrder order) {
      return noted("instant clone " + order.name(), order.name());
    }

    @Override
    public CompletableFuture<Void> resize(String ref, Instance.Size size) {
      return noted("resize " + ref, null);
    }

    @Override
    public CompletableFuture<Void> powerOn(String ref) {
      return noted("on " + ref, null);
    }

    @Override
    public CompletableFuture<Void> powerOff(String ref) {
      return noted("off " + ref, null);
    }

    @Override
    public CompletableFuture<Boolean> destroy(String ref) {
      return noted("destroy " + ref, true);
    }

    @Override
    public CompletableFuture<Void> reboot(String id) {
      return noted("reboot " + id, null);
    }

    @Override
    public void confirm() {
      asked.add("confirm");
    }

    @Override
    public void identify(Identities known) {
      asked.add("identify");
    }

    @Override
    public String peer() {
      return "scripted";
    }

    @Override
    public Optional<String> unreachable() {
      return trouble;
    }

    @Override
    public List<String> warnings() {
      return List.of();
    }

    @Override
    public void onChange(Consumer<Inventory> listener) {
      listeners.add(listener);
    }

    @Override
    public void close() {
      asked.add("close");
    }
  }
}
