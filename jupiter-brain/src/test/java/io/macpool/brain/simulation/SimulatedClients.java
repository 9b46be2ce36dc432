package io.macpool.brain.simulation;

import io.macpool.brain.lifecycle.create.Cancellation;
import io.macpool.brain.lifecycle.create.CreateFailure;
import io.macpool.brain.lifecycle.create.CreateRequest;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.simulation.VirtualTime.Lane;
import io.macpool.core.fleet.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Clients as there are: some give a key and ask again, some hold a lease, some go without a word.
 * Each has one instance at a time. They belong to three owners; a fourth uses the others' keys and
 * leases, and lets go of nothing.
 */
final class SimulatedClients {

  private static final Duration LEASE_LEAST = Duration.ofSeconds(25);
  private static final Duration LEASE_MOST = Duration.ofSeconds(60);
  private static final Duration UNHEARD = Duration.ofSeconds(2);
  private static final int OWNERS = 3;
  private static final int ROGUES = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(50);

  private final Simulation simulation;
  private final VirtualTime time;
  private final Promises promises;
  private final int count;
  private boolean stopped;
  private int number;

  SimulatedClients(Simulation simulation, int count) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.promises = simulation.promises();
    this.count = count;
  }

  void begin() {
    for (int i = 0; i < count; i++) {
      new Client(false).later();
    }
    if (simulation.happens(Mishap.ROGUE_OWNER)) {
      for (int i = 0; i < ROGUES; i++) {
        new Client(true).later();
      }
    }
  }

  /** They ask for nothing new, and give back what they have. */
  void stop() {
    stopped = true;
  }

  /** One wish for an instance, and what becomes of it. */
  private final class Client {
    private final Lane lane = new Lane();
    private final boolean rogue;
    private final String name = "client-" + ++number;
    private final String owner;
    private final String alias;
    private final boolean keyed = time.chance().nextBoolean();
    private final Optional<String> lease;
    private final Duration duration = time.between(LEASE_LEAST, LEASE_MOST);
    private boolean leased;

    private Client(boolean rogue) {
      this.rogue = rogue;
      owner = rogue ? "rogue" : "owner-" + time.chance().nextInt(OWNERS);
      alias = rogue ? "client-" + (1 + time.chance().nextInt(number)) : name;
      lease = time.chance().nextInt(3) == 0 ? Optional.of("lease-" + alias) : Optional.empty();
    }

    private String key() {
      return keyed ? "key-" + alias : "";
    }

    private void later() {
      time.in(time.between(Duration.ofMillis(10), Duration.ofSeconds(30)), lane, this::wish);
    }

    /** Begins again as somebody else; whoever it was says nothing any more. */
    private void next() {
      lane.kill();
      if (!stopped) {
        new Client(rogue).later();
      }
    }

    private void wish() {
      if (stopped) {
        return;
      }
      if (lease.isPresent() && !leased) {
        renewals();
        return;
      }
      Optional<Replica> replica = simulation.any();
      if (replica.isEmpty()) {
        later();
        return;
      }
      send(replica.get());
    }

    private void send(Replica replica) {
      CreateRequest request =
          new CreateRequest(
              simulation.fleet().images().get(time.chance().nextInt(2)),
              Instance.Size.AS_IMAGE,
              Optional.of(owner),
              Optional.of(key()).filter(key -> !key.isEmpty()),
              "request-" + name,
              Optional.empty(),
              lease.filter(l -> leased),
              false);
      Cancellation cancellation = new Cancellation();
      boolean[] done = new boolean[1];
      Instant asked = time.instant();
      time.in(
          Duration.ofMillis(1),
          replica.lane(),
          () ->
              Background.whenEnded(
                  replica.instances().create(request, cancellation),
                  (instance, failure) -> {
                    replica.lane().check();
                    answer(replica, instance, done, asked);
                  }));
      watch(replica, cancellation, done, time.instant().plus(PATIENCE));
    }

    /** A broken connection is seen at once; patience ends some time. */
    private void watch(Replica replica, Cancellation cancellation, boolean[] done, Instant until) {
      time.in(
          Duration.ofSeconds(1),
          lane,
          () -> {
            if (done[0]) {
              return;
            }
            if (!replica.lane().isAlive()) {
              done[0] = true;
              again();
            } else if (time.instant().isAfter(until)) {
              done[0] = true;
              time.in(
                  Duration.ofMillis(1),
                  replica.lane(),
                  () ->
                      cancellation.cancel(
                          new CreateFailure(
                              CreateFailure.Kind.FAILED, "client-gone", "the client is gone")));
              again();
            } else {
              watch(replica, cancellation, done, until);
            }
          });
    }

    /** With the same key, if there is one; else as a new wish of somebody else's. */
    private void again() {
      if (keyed) {
        time.in(Duration.ofSeconds(1), lane, this::wish);
      } else {
        next();
      }
    }

    private void answer(Replica replica, Instance instance, boolean[] done, Instant asked) {
      time.in(
          Duration.ofMillis(1),
          replica.lane(),
          () -> {
            boolean arrives = !done[0] && time.chance().nextInt(20) != 0;
            if (instance == null) {
              if (!done[0]) {
                done[0] = true;
                time.in(Duration.ofSeconds(2), lane, this::next);
              }
            } else if (arrives) {
              done[0] = true;
              promises.handOver(instance.id(), new Promises.Holder(name, owner, key()), asked);
              time.in(Duration.ofMillis(1), lane, () -> use(instance.id()));
              replica.instances().answered(instance.id());
            } else {
              if (!keyed) {
                replica.instances().takeBack(instance.id(), "client-gone");
              }
              if (!done[0]) {
                done[0] = true;
                again();
              }
            }
          });
    }

    /** In time, whatever becomes of single renewals. */
    private void renewals() {
      renew();
      time.in(duration.dividedBy(3), lane, this::renewals);
    }

    /** Whoever is not answered asks another replica. */
    private void renew() {
      boolean[] heard = new boolean[1];
      simulation
          .any()
          .ifPresent(
              r ->
                  time.in(
                      Duration.ofMillis(1),
                      r.lane(),
                      () ->
                          Background.whenEnded(
                              r.leases().renew(owner, lease.orElseThrow(), duration),
                              (renewed, failure) -> {
                                heard[0] = failure == null;
                                if (heard[0] && !leased) {
                                  leased = true;
                                  time.in(Duration.ofMillis(1), lane, this::wish);
                                }
                              })));
      time.in(
          UNHEARD,
          lane,
          () -> {
            if (!heard[0]) {
              renew();
            }
          });
    }

    private void use(String instance) {
      look(instance);
      Duration length =
          stopped
              ? Duration.ofSeconds(5)
              : time.between(Duration.ofSeconds(5), Duration.ofMinutes(4));
      time.in(length, lane, () -> end(instance));
    }

    /** Asks for the instance until its address is told: then the broker knows that it is known. */
    private void look(String instance) {
      Optional<Replica> replica = simulation.any();
      replica.ifPresent(
          r ->
              time.in(
                  Duration.ofMillis(1),
                  r.lane(),
                  () ->
                      Background.whenEnded(
                          r.instances().learn(instance),
                          (learned, failure) -> r.instances().askedFor(instance, owner))));
      time.in(Duration.ofSeconds(3), lane, () -> look(instance));
    }

    private void end(String instance) {
      if (time.chance().nextInt(rogue ? 2 : 10) == 0) {
        promises.letGo(instance, "its client dies");
        next();
      } else {
        delete(instance);
      }
    }

    private void delete(String instance) {
      Optional<Replica> replica = simulation.any();
      if (replica.isEmpty()) {
        time.in(Duration.ofSeconds(1), lane, () -> delete(instance));
        return;
      }
      promises.letGo(instance, "DELETE");
      time.in(
          Duration.ofMillis(1),
          replica.get().lane(),
          () -> Background.run("delete", replica.get().instances().delete(instance, "deleted")));
      time.in(Duration.ofSeconds(20), lane, this::next);
    }
  }
}
