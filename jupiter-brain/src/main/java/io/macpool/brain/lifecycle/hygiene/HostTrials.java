package io.macpool.brain.lifecycle.hygiene;

import io.macpool.brain.ledger.Transition;
import io.macpool.brain.lifecycle.create.Cancellation;
import io.macpool.brain.lifecycle.create.CreateFailure;
import io.macpool.brain.lifecycle.create.CreateRequest;
import io.macpool.brain.lifecycle.create.Provisioning;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.brain.lifecycle.execution.Cloning;
import io.macpool.brain.lifecycle.slots.FleetState;
import io.macpool.core.fleet.Endpoint;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.hygiene.HostCondition.Probed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Makes throw-away instances on hosts that have rebooted, and sees whether their SSH server takes a
 * new connection. What a broker before this one left of its trials is destroyed. Thread-safe.
 */
final class HostTrials {

  /** Whose throw-away instances are. */
  static final String OWNER = "host-hygiene";

  /** Under the planner's, so that its reason is told. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final class Trial {
    private final Instant begun;
    private Optional<String> instance = Optional.empty();
    private boolean dialling;

    private Trial(Instant begun) {
      this.begun = begun;
    }
  }

  private final FleetState fleet;
  private final Provisioning provisioning;
  private final Function<List<Endpoint>, CompletableFuture<Boolean>> dial;
  private final Clock clock;
  private final Map<String, Trial> running = new HashMap<>();
  private final Map<String, Probed> ended = new HashMap<>();

  /**
   * @param dial whether an SSH server takes a connection at one of the addresses
   */
  HostTrials(
      FleetState fleet,
      Provisioning provisioning,
      Function<List<Endpoint>, CompletableFuture<Boolean>> dial,
      Clock clock) {
    this.fleet = fleet;
    this.provisioning = provisioning;
    this.dial = dial;
    this.clock = clock;
  }

  /** How the last trial of the host ended. */
  synchronized Optional<Probed> result(String host) {
    return Optional.ofNullable(ended.get(host));
  }

  /** Begins a trial of the host, unless one is under way. */
  synchronized void begin(String host, Optional<String> image, Inventory inventory) {
    if (running.containsKey(host)) {
      return;
    }
    Optional<String> chosen =
        image.filter(name -> inventory.image(name).isPresent()).or(() -> usual(inventory, host));
    if (chosen.isEmpty()) {
      end(host, false, "there is no image to make an instance of");
      return;
    }
    Trial trial = new Trial(clock.instant());
    running.put(host, trial);
    Background.whenEnded(
        provisioning
            .creations()
            .create(CreateRequest.trial(chosen.get(), OWNER, host), new Cancellation())
            .thenCompose(made -> confirm(made)),
        (made, failure) -> made(host, trial, made, failure));
  }

  /** The one that most instances are made of now, or the first that can be used. */
  private Optional<String> usual(Inventory inventory, String host) {
    Host tried = inventory.hosts().get(host);
    String provider = tried == null ? "" : tried.traits().provider();
    Map<String, Integer> counts = new HashMap<>();
    fleet
        .live()
        .all()
        .forEach(i -> i.image().ifPresent(name -> counts.merge(name, 1, Integer::sum)));
    return inventory.images().values().stream()
        .filter(image -> image.usable() && image.provider().equals(provider))
        .map(Image::name)
        .min(
            Comparator.comparingInt((String name) -> -counts.getOrDefault(name, 0))
                .thenComparing(Comparator.naturalOrder()));
  }

  private CompletableFuture<Instance> confirm(Instance made) {
    return fleet
        .executor()
        .advance(Transition.of(made.id(), InstanceEvent.CONFIRMED, "host hygiene knows of it"))
        .thenApply(
            outcome -> {
              outcome.now().ifPresent(fleet.live()::put);
              return made;
            });
  }

  private synchronized void made(String host, Trial trial, Instance made, Throwable failure) {
    if (running.get(host) != trial) {
      return; // it took too long; what was made is destroyed as nobody's trial
    }
    if (failure == null) {
      trial.instance = Optional.of(made.id());
      return;
    }
    running.remove(host);
    Throwable why = Cloning.unwrap(failure);
    // One that was not even tried, as its image is left alone, says nothing of the host.
    if (!(why instanceof CreateFailure refused) || refused.wasTried()) {
      end(host, false, String.valueOf(why.getMessage()));
    }
  }

  private void end(String host, boolean answered, String reason) {
    ended.put(host, new Probed(answered, clock.instant(), reason));
  }

  /** Looks after the trials under way; the leader alone, once in a while. */
  synchronized void look(Inventory inventory) {
    Instant now = clock.instant();
    for (String host : List.copyOf(running.keySet())) {
      Trial trial = Objects.requireNonNull(running.get(host), "each ends by itself alone");
      List<Endpoint> endpoints =
          trial.instance.flatMap(inventory::machine).map(Machine::endpoints).orElse(List.of());
      if (trial.begun.plus(LIMIT).isBefore(now)) {
        finish(host, trial, false);
      } else if (!endpoints.isEmpty() && !trial.dialling) {
        trial.dialling = true;
        Background.whenEnded(
            dial.apply(endpoints),
            (answers, failure) -> dialled(host, trial, failure == null && answers));
      }
    }
    removeStrays();
  }

  private synchronized void dialled(String host, Trial trial, boolean answers) {
    trial.dialling = false;
    if (answers && running.get(host) == trial) {
      finish(host, trial, true);
    }
  }

  private void finish(String host, Trial trial, boolean answered) {
    running.remove(host);
    end(
        host,
        answered,
        answered ? "" : "its SSH server took no connection within " + LIMIT.toMinutes() + " min");
    trial.instance.ifPresent(this::destroy);
  }

  private void destroy(String id) {
    Background.run(
        "destroy the trial " + id,
        provisioning
            .reclaimer()
            .reclaim(Transition.of(id, InstanceEvent.DELETED, "the trial of its host has ended"))
            .carriedOut());
  }

  /** Ready, ours, and no trial's: of a broker that is gone, or one that took too long. */
  private void removeStrays() {
    for (Instance instance : fleet.live().all()) {
      boolean wanted =
          running.values().stream()
              .anyMatch(
                  trial ->
                      trial.instance.isEmpty()
                          || trial.instance.equals(Optional.of(instance.id())));
      if (instance.owner().equals(Optional.of(OWNER))
          && instance.phase() == InstancePhase.READY
          && !wanted
          && !provisioning.reclaimer().isInHand(instance.id())) {
        destroy(instance.id());
      }
    }
  }
}
