package io.macpool.brain.simulation;

import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.simulation.SimulatedFleet.Vm;
import io.macpool.core.fleet.Cordon;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What goes wrong, and what people do, one thing after the other. */
final class Mishaps {

  private static final Duration SEEN_TO_BE_MISSING = Duration.ofSeconds(10);

  private final Simulation simulation;
  private final VirtualTime time;
  private final Random chance;
  private final SimulatedFleet fleet;
  private final Promises promises;
  private final List<Mishap> kinds;

  Mishaps(Simulation simulation, List<Mishap> kinds) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.chance = time.chance();
    this.fleet = simulation.fleet();
    this.promises = simulation.promises();
    this.kinds = kinds;
  }

  /** One thing after the other, until nothing goes wrong any more. */
  void begin() {
    if (kinds.isEmpty()) {
      return;
    }
    time.in(
        time.between(Duration.ofSeconds(3), Duration.ofSeconds(60)),
        simulation.world(),
        () -> {
          if (simulation.isBad()) {
            befall(kinds.get(chance.nextInt(kinds.size())));
            begin();
          }
        });
  }

  private void befall(Mishap kind) {
    switch (kind) {
      case CALLS_FAIL, TRANSACTION_FAILS, ROGUE_OWNER -> {
        // All the time.
      }
      case VCENTER_AWAY -> {
        Duration length = time.between(Duration.ofSeconds(1), Duration.ofMinutes(2));
        promises.note("vCenter is away for " + length);
        fleet.goAway(length);
      }
      case HOST_LOST -> {
        String host = host();
        Duration length = time.between(Duration.ofSeconds(1), Duration.ofMinutes(3));
        promises.note(host + " is out of reach for " + length);
        fleet.lose(host, length);
      }
      case REPLICA_DIES -> {
        if (chance.nextInt(3) == 0) {
          simulation.any().ifPresent(replica -> simulation.kill(replica, "killed"));
        } else {
          simulation.dieAfter(1 + chance.nextInt(12));
        }
      }
      case MACHINE_DESTROYED ->
          one()
              .ifPresent(
                  vm -> {
                    promises.letGo(vm.instance(), "somebody destroyed it");
                    fleet.vandalise(vm);
                  });
      case CORDON -> cordon(host());
      case MACHINE_MOVED -> used().ifPresent(this::move);
      case MACHINE_LEAVES -> used().ifPresent(this::leave);
      case CLOCKS_APART -> simulation.any().ifPresent(replica -> replica.clocks().jump());
      case REPLICA_STANDS_STILL -> standStill();
      case DATABASE_AWAY -> {
        Duration length = time.between(Duration.ofSeconds(1), Duration.ofSeconds(45));
        promises.note("the database is away for " + length);
        simulation.database().goAway(length);
      }
    }
  }

  private String host() {
    return fleet.hosts().get(chance.nextInt(fleet.hosts().size()));
  }

  private Optional<Vm> one() {
    return fleet.machines().stream().skip(chance.nextInt(4)).findFirst();
  }

  /** One that runs. */
  private Optional<Vm> used() {
    List<Vm> up = fleet.machines().stream().filter(vm -> vm.isUp(time.instant())).toList();
    return up.isEmpty() ? Optional.empty() : Optional.of(up.get(chance.nextInt(up.size())));
  }

  private void standStill() {
    Duration length = time.between(Duration.ofSeconds(2), Duration.ofSeconds(50));
    if (chance.nextBoolean()) {
      promises.note("a replica will stand still for " + length);
      simulation.database().stallOne(1 + chance.nextInt(30), length);
      return;
    }
    simulation
        .any()
        .ifPresent(
            replica -> {
              promises.note("a replica stands still for " + length);
              time.stop(replica.lane(), length);
              if (length.toSeconds() > 25 && chance.nextBoolean()) {
                simulation.database().loseSession(replica.lane());
              }
            });
  }

  private void cordon(String host) {
    Cordon.Kind kind = chance.nextBoolean() ? Cordon.Kind.CORDONED : Cordon.Kind.DRAINING;
    if (!simulation.cordon(host)) {
      return;
    }
    set(host, Optional.of(new Cordon(kind, "new disk")), () -> promises.cordoned(host));
    time.in(
        time.between(Duration.ofSeconds(20), Duration.ofMinutes(4)),
        simulation.world(),
        () -> {
          promises.uncordoned(host);
          set(host, Optional.empty(), () -> simulation.uncordoned(host));
        });
  }

  /** Asks until it is answered; a cordon at most once, as it may be lifted before long. */
  private void set(String host, Optional<Cordon> cordon, Runnable done) {
    Optional<Replica> replica = simulation.any();
    boolean[] answered = new boolean[1];
    replica.ifPresent(
        r ->
            time.in(
                Duration.ofMillis(1),
                r.lane(),
                () ->
                    Background.whenEnded(
                        r.cordons().set(host, cordon),
                        (nothing, failure) -> {
                          if (failure == null && !answered[0]) {
                            answered[0] = true;
                            done.run();
                          }
                        })));
    if (cordon.isEmpty()) {
      time.in(
          Duration.ofSeconds(5),
          simulation.world(),
          () -> {
            if (!answered[0]) {
              set(host, cordon, done);
            }
          });
    }
  }

  private void move(Vm vm) {
    switch (chance.nextInt(3)) {
      case 0 -> {
        promises.note(vm.instance() + " is renamed");
        fleet.rename(vm, "do-not-delete-" + vm.instance().substring(0, 8));
      }
      case 1 -> {
        promises.note(vm.instance() + " is put into another folder");
        fleet.putIntoFolder(vm, false);
        if (chance.nextBoolean()) {
          time.in(
              time.between(Duration.ofSeconds(1), Duration.ofMinutes(1)),
              simulation.world(),
              () -> fleet.putIntoFolder(vm, true));
        }
      }
      default -> {
        String host = host();
        promises.note(vm.instance() + " is moved from " + vm.host + " to " + host);
        fleet.move(vm, host);
        promises.meddledWith(host);
      }
    }
  }

  /** For long enough that its record is closed, or not. */
  private void leave(Vm vm) {
    Duration length =
        chance.nextInt(4) == 0
            ? time.between(Duration.ofSeconds(8), Duration.ofSeconds(90))
            : time.between(Duration.ofMillis(200), Duration.ofSeconds(8));
    promises.note(vm.instance() + " leaves the inventory for " + length);
    boolean lost = length.compareTo(SEEN_TO_BE_MISSING) > 0;
    if (lost) {
      promises.lostFromSight(vm.instance());
    }
    fleet.leave(
        vm,
        length,
        lost,
        () -> {
          promises.note(vm.instance() + " is back as " + vm.ref);
          if (lost) {
            promises.meddledWith(vm.host);
          }
        });
  }
}
