package io.macpool.brain.simulation;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.simulation.SimulatedFleet.Vm;
import io.macpool.brain.simulation.VirtualTime.Lane;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One replica's way to the fleet: what it sees is some seconds old, requests and answers are lost,
 * and for a time nothing is answered at all.
 */
final class SimulatedVCenter implements Hypervisor {

  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration TRUST = Duration.ofSeconds(30);
  private static final Duration SLOWEST_ANSWER = Duration.ofSeconds(3);
  private static final Duration GIVE_UP = Duration.ofSeconds(25);

  private final VirtualTime time;
  private final SimulatedFleet fleet;
  private final Lane lane;
  private final BooleanSupplier faults;
  private final LongSupplier monotonic;
  private final Predicate<Machine> shown;
  private final Set<String> ours = new HashSet<>();
  private final List<Consumer<Inventory>> listeners = new ArrayList<>();
  private Identities known = Identities.NONE;
  private Inventory last = Inventory.EMPTY;
  private Instant seenAt = Instant.EPOCH;
  private long confirmation;
  private long askedAt;

  /**
   * @param faults whether requests and answers are lost now
   * @param monotonic the replica's own time
   * @param shown which machines the replica looks at: all, but for one that is planted
   */
  SimulatedVCenter(
      VirtualTime time,
      SimulatedFleet fleet,
      Lane lane,
      BooleanSupplier faults,
      LongSupplier monotonic,
      Predicate<Machine> shown) {
    this.time = time;
    this.fleet = fleet;
    this.lane = lane;
    this.faults = faults;
    this.monotonic = monotonic;
    this.shown = shown;
    this.askedAt = monotonic.getAsLong();
    poll(true);
  }

  private void poll(boolean again) {
    long asked = monotonic.getAsLong();
    if (!fleet.isAway()) {
      time.in(
          time.between(Duration.ofMillis(5), SLOWEST_ANSWER),
          lane,
          () -> {
            Inventory now = fleet.show(known, shown);
            Instant at = time.instant();
            time.in(
                time.between(Duration.ofMillis(5), SLOWEST_ANSWER),
                lane,
                () -> seen(now, at, asked));
          });
    }
    if (again) {
      time.in(POLL, lane, () -> poll(true));
    }
  }

  private void seen(Inventory now, Instant at, long asked) {
    if (asked - askedAt < 0) {
      return;
    }
    boolean change = now.version() != last.version();
    last = now.identified(known);
    seenAt = at;
    askedAt = asked;
    confirmation++;
    if (change) {
      listeners.forEach(listener -> listener.accept(last));
    }
  }

  @Override
  public Observed<Sighting> sighting() {
    lane.check();
    return confirmation > 0 && seenAt.plus(TRUST).isAfter(time.instant())
        ? Observed.known(new Sighting(last, confirmation, askedAt), seenAt)
        : Observed.unknown("vCenter does not answer", seenAt);
  }

  @Override
  public void confirm() {
    poll(false);
  }

  @Override
  public void identify(Identities now) {
    if (!now.equals(known)) {
      known = now;
      last = last.identified(known);
    }
  }

  @Override
  public String peer() {
    return "vCenter";
  }

  @Override
  public Optional<String> unreachable() {
    return fleet.isAway() ? Optional.of("vCenter does not answer") : Optional.empty();
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public Inventory lastKnown() {
    lane.check();
    return last;
  }

  @Override
  public void onChange(Consumer<Inventory> listener) {
    listeners.add(listener);
  }

  @Override
  public CompletableFuture<Optional<Machine>> find(String name, Optional<String> host) {
    return read(() -> one(vm -> vm.isNamed(name)));
  }

  @Override
  public CompletableFuture<Optional<Machine>> locate(String ref, Optional<String> uuid) {
    return read(
        () ->
            one(vm -> vm.ref.equals(ref))
                .or(() -> uuid.flatMap(u -> one(vm -> vm.uuid.equals(u)))));
  }

  private Optional<Machine> one(Predicate<Vm> which) {
    return fleet.machines().stream()
        .filter(which)
        .findFirst()
        .map(fleet::show)
        .filter(machine -> shown.test(machine));
  }

  @Override
  public CompletableFuture<Inventory> read() {
    return read(() -> fleet.show(known, shown));
  }

  @Override
  public boolean mayBeCloning(String imageRef) {
    return fleet.isAway()
        || seenAt.plusSeconds(10).isBefore(time.instant())
        || fleet.isCloning(imageRef, ours);
  }

  @Override
  public CompletableFuture<String> cloneLinked(CloneOrder order) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    ours.add(order.name());
    Fate fate = fate();
    request(
        answer,
        fate,
        () ->
            fleet.clone(
                order,
                vm -> {
                  if (fate == Fate.ANSWERED) {
                    reply(
                        () -> {
                          ours.remove(order.name());
                          answer.complete(vm.ref);
                        });
                  }
                }));
    answer.exceptionally(
        failure -> {
          ours.remove(order.name());
          return null;
        });
    return answer;
  }

  @Override
  public CompletableFuture<String> cloneInstantly(CloneOrder order) {
    return CompletableFuture.failedFuture(new HypervisorFailure.Refused("NotSupported", "", null));
  }

  @Override
  public CompletableFuture<Void> resize(String ref, Instance.Size size) {
    return change(() -> null);
  }

  @Override
  public CompletableFuture<Void> powerOn(String ref) {
    return change(
        () -> {
          fleet.powerOn(ref);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> powerOff(String ref) {
    return change(
        () -> {
          fleet.powerOff(ref);
          return null;
        });
  }

  @Override
  public CompletableFuture<Boolean> destroy(String ref) {
    return change(() -> fleet.destroy(ref));
  }

  @Override
  public CompletableFuture<Void> reboot(String host) {
    return CompletableFuture.failedFuture(new HypervisorFailure.Refused("NotSupported", "", null));
  }

  @Override
  public void close() {
    lane.kill();
  }

  /** What becomes of a request. */
  private enum Fate {
    ANSWERED,
    NOT_SENT,
    REQUEST_LOST,
    ANSWER_LOST
  }

  private Fate fate() {
    if (fleet.isAway()) {
      return Fate.NOT_SENT;
    }
    if (!faults.getAsBoolean()) {
      return Fate.ANSWERED;
    }
    int dice = time.chance().nextInt(100);
    return dice < 3
        ? Fate.NOT_SENT
        : dice < 6 ? Fate.REQUEST_LOST : dice < 12 ? Fate.ANSWER_LOST : Fate.ANSWERED;
  }

  /** Sends a request; {@code effect} happens at the fleet, or throws why not. */
  private void request(CompletableFuture<?> answer, Fate fate, Runnable effect) {
    lane.check();
    switch (fate) {
      case NOT_SENT ->
          reply(
              () ->
                  answer.completeExceptionally(
                      new HypervisorFailure.Unavailable("vCenter can't be reached", null)));
      case REQUEST_LOST -> giveUp(answer);
      case ANSWERED, ANSWER_LOST -> {
        if (fate == Fate.ANSWER_LOST) {
          giveUp(answer);
        }
        time.in(
            time.between(Duration.ofMillis(2), Duration.ofMillis(100)),
            fleet.lane(),
            () -> {
              try {
                effect.run();
              } catch (HypervisorFailure refused) {
                if (fate == Fate.ANSWERED) {
                  reply(() -> answer.completeExceptionally(refused));
                }
              }
            });
      }
    }
  }

  private void giveUp(CompletableFuture<?> answer) {
    time.in(
        time.between(Duration.ofMillis(50), GIVE_UP),
        lane,
        () ->
            answer.completeExceptionally(
                new HypervisorFailure.OutcomeUnknown("no answer came", null)));
  }

  private void reply(Runnable answer) {
    time.in(time.between(Duration.ofMillis(2), Duration.ofMillis(200)), lane, answer);
  }

  private <T> CompletableFuture<T> change(Supplier<T> effect) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Fate fate = fate();
    request(
        answer,
        fate,
        () -> {
          T result = effect.get();
          if (fate == Fate.ANSWERED) {
            reply(() -> answer.complete(result));
          }
        });
    return answer;
  }

  /** A question changes nothing: without an answer it failed. */
  private <T> CompletableFuture<T> read(Supplier<T> question) {
    lane.check();
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (fate() == Fate.ANSWERED) {
      time.in(
          time.between(Duration.ofMillis(2), Duration.ofMillis(200)),
          lane,
          () -> {
            T result = question.get();
            reply(() -> answer.complete(result));
          });
    } else {
      reply(
          () ->
              answer.completeExceptionally(
                  new HypervisorFailure.Unavailable("vCenter can't be reached", null)));
    }
    return answer;
  }
}
