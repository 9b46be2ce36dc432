package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.ledger.Reservation;
import io.macpool.core.Observed;
import io.macpool.core.fleet.HostLoad;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.Inventory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes instances: admits, places, records and runs each creation, and names how it ended. */
public final class Creations {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration KEY_POLL = Duration.ofMillis(100);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /**
   * What is allowed.
   *
   * @param taskLimit the longest that one vSphere task may take
   * @param waitWhenFull how long a create waits for a slot
   * @param ownerQuota instances that one owner may hold; 0: no limit
   */
  public record Limits(
      Placement.Rules rules, Duration taskLimit, Duration waitWhenFull, int ownerQuota) {
    public Limits {
      Objects.requireNonNull(rules, "rules");
      Objects.requireNonNull(taskLimit, "taskLimit");
      Objects.requireNonNull(waitWhenFull, "waitWhenFull");
    }
  }

  private final LedgerDesk desk;
  private final LiveInstances live;
  private final Hypervisor hypervisor;
  private final Reclaimer reclaimer;
  private final Cordons cordons;
  private final Quarantine quarantine;
  private final WarmShelf shelf;
  private final Limits limits;
  private final Waiting waiting = new Waiting();
  private final String broker;
  private final Checkpoint checkpoint;
  private final Clock clock;
  private final CreateReport report;
  private final Permits permits;

  public Creations(
      LedgerDesk desk,
      LiveInstances live,
      Hypervisor hypervisor,
      Reclaimer reclaimer,
      Cordons cordons,
      Quarantine quarantine,
      WarmShelf shelf,
      Limits limits,
      String broker,
      Checkpoint checkpoint,
      Clock clock,
      CreateReport report) {
    this.desk = desk;
    this.live = live;
    this.hypervisor = hypervisor;
    this.reclaimer = reclaimer;
    this.cordons = cordons;
    this.quarantine = quarantine;
    this.shelf = shelf;
    this.limits = limits;
    this.broker = broker;
    this.checkpoint = checkpoint;
    this.clock = clock;
    this.report = report;
    this.permits = new Permits(limits.rules().creatingAt(), 10_000);
    live.onChange(this::freed);
  }

  /**
   * Makes an instance. A create that is cancelled fails at once; what it had begun goes on to a
   * point where it can be destroyed, and is.
   */
  public CompletableFuture<Instance> create(CreateRequest request, Cancellation cancellation) {
    Stopwatch time = new Stopwatch(clock);
    CompletableFuture<Instance> result = new CompletableFuture<>();
    CompletableFuture<Instance> made = admit(request, cancellation, time);
    cancellation.onHeard(result::completeExceptionally);
    Background.whenEnded(
        made,
        (instance, wrapped) -> {
          if (wrapped == null) {
            result.complete(instance);
          } else {
            result.completeExceptionally(Creation.named("create", Cloning.unwrap(wrapped)));
          }
        });
    Background.whenEnded(
        result,
        (instance, failure) ->
            report.ended(
                request,
                Optional.ofNullable(instance).map(Instance::id),
                time,
                Optional.ofNullable(failure)));
    return result;
  }

  private CompletableFuture<Instance> admit(
      CreateRequest request, Cancellation cancellation, Stopwatch time) {
    Image image;
    Inventory inventory;
    try {
      inventory = inventory();
      image = image(inventory, request.image());
      checkQuota(request);
    } catch (CreateFailure e) {
      return CompletableFuture.failedFuture(e);
    }
    if (request.owner().isEmpty()) {
      return turn(request, image, cancellation, time);
    }
    shelf.asked(image.name());
    return warm(request, image)
        .thenCompose(
            warm ->
                warm.isPresent()
                    ? CompletableFuture.completedFuture(warm.get())
                    : turn(request, image, cancellation, time));
  }

  /** One that waits for whoever asks for nothing special. */
  private CompletableFuture<Optional<Instance>> warm(CreateRequest request, Image image) {
    List<Instance> candidates = shelf.waiting(image.name());
    if (candidates.isEmpty() || !request.size().isAsImage(image)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return desk.ask(
            ledger -> {
              Optional<Instance> before =
                  request
                      .idempotencyKey()
                      .flatMap(key -> ledger.findByKey(request.owner().orElse(""), key));
              if (before.isPresent()) {
                return Optional.<Instance>empty(); // the reservation will find it again
              }
              for (Instance candidate : candidates) {
                Optional<Instance> claimed =
                    ledger.claim(
                        candidate.id(),
                        request.owner().orElseThrow(),
                        broker,
                        request.idempotencyKey());
                if (claimed.isPresent()) {
                  return claimed;
                }
              }
              return Optional.<Instance>empty();
            })
        .thenApply(
            claimed -> {
              claimed.ifPresent(
                  instance -> {
                    live.put(instance);
                    shelf.taken();
                  });
              return claimed;
            });
  }

  private void checkQuota(CreateRequest request) {
    if (limits.ownerQuota() > 0 && request.owner().isPresent()) {
      long held = live.all().stream().filter(i -> i.owner().equals(request.owner())).count();
      if (held >= limits.ownerQuota()) {
        throw new CreateFailure(
            CreateFailure.Kind.OVER_QUOTA,
            "over-quota",
            request.owner().get() + " holds " + held + " instances, as many as it may",
            SOON,
            null);
      }
    }
  }

  private CompletableFuture<Instance> turn(
      CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {
    Optional<CompletableFuture<Void>> turn = permits.acquire();
    if (turn.isEmpty()) {
      return CompletableFuture.failedFuture(
          full("too-many-waiting", "too many creates wait already"));
    }
    cancellation.onHeard(turn.get()::completeExceptionally);
    return turn.get()
        .thenCompose(
            nothing -> {
              time.lap(CreatePhase.WAIT);
              return place(request, image, cancellation, time)
                  .thenCompose(placed -> go(request, image, placed, cancellation, time))
                  .whenComplete((instance, failure) -> permits.release());
            });
  }

  private Inventory inventory() {
    Observed<Inventory> observed = hypervisor.inventory();
    return observed.match(
        Observed.Known::value,
        unknown -> {
          throw new CreateFailure(
              CreateFailure.Kind.UNAVAILABLE,
              "unavailable",
              "vCenter can't be seen: " + unknown.cause(),
              SOON,
              null);
        });
  }

  private Image image(Inventory inventory, String name) {
    Image image =
        inventory
            .image(name)
            .orElseThrow(
                () ->
                    new CreateFailure(
                        CreateFailure.Kind.UNKNOWN_IMAGE,
                        "unknown-image",
                        "there is no image of that name"));
    quarantine
        .of(name)
        .ifPresent(
            sentence -> {
              throw new CreateFailure(
                  CreateFailure.Kind.FULL,
                  "quarantined",
                  "the image is shut out until " + sentence.until() + ": " + sentence.reason(),
                  Duration.between(clock.instant(), sentence.until()).plusSeconds(1),
                  null);
            });
    return image;
  }

  /**
   * A slot, if need be one that a warm instance of another image gives up, or one that is waited
   * for. The create holds its turn meanwhile only if it does not wait.
   */
  private CompletableFuture<Reservation<Placement.NoPlace>> place(
      CreateRequest request, Image image, Cancellation cancellation, Stopwatch time) {
    Instant until = clock.instant().plus(limits.waitWhenFull());
    return tryPlace(request, image, cancellation, time, until);
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> tryPlace(
      CreateRequest request,
      Image image,
      Cancellation cancellation,
      Stopwatch time,
      Instant until) {
    return reserve(request, image)
        .whenComplete((placed, failure) -> time.lap(CreatePhase.PLAN))
        .thenCompose(
            placed -> {
              boolean hopeless =
                  !(placed instanceof Reservation.Refused<Placement.NoPlace> refused)
                      || !refused.reason().passing()
                      || request.owner().isEmpty()
                      || cancellation.reason().isPresent();
              if (hopeless) {
                return CompletableFuture.completedFuture(placed);
              }
              Optional<Instance> victim = shelf.victim(image.name());
              if (victim.isPresent()) {
                return reclaimer
                    .reclaim(victim.get().id(), "gives its slot to " + image.name())
                    .carriedOut()
                    .handle((gone, failure) -> null)
                    .thenCompose(n -> tryPlace(request, image, cancellation, time, until));
              }
              return clock.instant().isBefore(until)
                  ? queue(request, image, cancellation, time, until)
                  : CompletableFuture.completedFuture(placed);
            });
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> queue(
      CreateRequest request,
      Image image,
      Cancellation cancellation,
      Stopwatch time,
      Instant until) {
    Optional<CompletableFuture<Void>> turn = waiting.join(request.owner().orElse(""));
    if (turn.isEmpty()) {
      return CompletableFuture.failedFuture(
          full("too-many-waiting", "too many creates wait already"));
    }
    cancellation.onHeard(turn.get()::completeExceptionally);
    // Not every reason for a free slot is an event here: another replica's, a host that came back.
    long patience =
        Math.min(LOOK_AGAIN.toMillis(), Duration.between(clock.instant(), until).toMillis());
    return turn.get()
        .completeOnTimeout(null, Math.max(1, patience), TimeUnit.MILLISECONDS)
        .thenCompose(
            nothing -> {
              time.lap(CreatePhase.WAIT);
              return tryPlace(request, image, cancellation, time, until);
            });
  }

  private void freed(Instance instance) {
    if (instance.phase() == InstancePhase.GONE) {
      waiting.wake();
    }
  }

  /** The hosts' loads as this replica sees them, for whoever must not wait for the ledger. */
  List<HostLoad> loads(Inventory inventory) {
    return Placement.loads(inventory, cordons.all(), live.all(), limits.rules().slotsPerHost());
  }

  private CompletableFuture<Reservation<Placement.NoPlace>> reserve(
      CreateRequest request, Image image) {
    checkpoint.passed(Checkpoint.Step.BEFORE_INTENT);
    Inventory inventory = hypervisor.lastKnown();
    Instant now = clock.instant();
    Instance intent =
        new Instance(
            UUID.randomUUID().toString(),
            InstancePhase.REQUESTED,
            Optional.of(image.name()),
            request.owner(),
            Optional.empty(),
            request.size(),
            broker,
            false,
            Optional.empty(),
            now,
            now,
            "requested");
    return desk.ask(
        ledger ->
            ledger.reserve(
                intent,
                request.idempotencyKey(),
                use ->
                    Placement.choose(
                        image,
                        inventory,
                        cordons.all(),
                        use,
                        id -> live.find(id).isPresent(),
                        limits.rules())));
  }

  private CompletableFuture<Instance> go(
      CreateRequest request,
      Image image,
      Reservation<Placement.NoPlace> reservation,
      Cancellation cancellation,
      Stopwatch time) {
    if (reservation instanceof Reservation.Refused<Placement.NoPlace> refused) {
      return CompletableFuture.failedFuture(full("pool-full", refused.reason().message()));
    }
    if (reservation instanceof Reservation.Repeated<Placement.NoPlace> repeated) {
      return again(repeated.instance(), cancellation);
    }
    Instance intent = ((Reservation.Made<Placement.NoPlace>) reservation).instance();
    live.put(intent);
    checkpoint.passed(Checkpoint.Step.INTENT_RECORDED);
    CompletableFuture<Void> settled = new CompletableFuture<>();
    reclaimer.beingMade(intent.id(), settled);
    CompletableFuture<Instance> made = new Creation(this, image, intent, cancellation, time).run();
    return made.whenComplete(
        (instance, wrapped) -> {
          settled.complete(null);
          conclude(request, intent, cancellation, wrapped);
        });
  }

  private void conclude(
      CreateRequest request, Instance intent, Cancellation cancellation, Throwable wrapped) {
    if (wrapped == null && cancellation.reason().isEmpty()) {
      quarantine.succeeded(request.image());
      return;
    }
    Throwable failure = wrapped == null ? cancellation.reason().get() : Cloning.unwrap(wrapped);
    CreateFailure named = Creation.named("create", failure);
    if (named.kind() == CreateFailure.Kind.FAILED && !named.outcome().equals("reclaimed")) {
      quarantine.failed(request.image(), named.getMessage());
    }
    Background.run(
        "record the end of " + intent.id(),
        reclaimer.reclaim(intent.id(), named.outcome()).recorded());
  }

  /**
   * The key's first request made, or is still making, this one: here or at another replica, so it
   * is the ledger that is watched.
   */
  private CompletableFuture<Instance> again(Instance before, Cancellation cancellation) {
    if (before.phase() == InstancePhase.READY) {
      return CompletableFuture.completedFuture(before);
    }
    if (!before.phase().isBeingMade()) {
      return CompletableFuture.failedFuture(
          full("not-made", "the first request of this key did not end in an instance"));
    }
    if (cancellation.reason().isPresent()) {
      return CompletableFuture.failedFuture(cancellation.reason().get());
    }
    return CompletableFuture.supplyAsync(
            () -> null,
            CompletableFuture.delayedExecutor(KEY_POLL.toMillis(), TimeUnit.MILLISECONDS))
        .thenCompose(nothing -> desk.ask(ledger -> ledger.find(before.id())))
        .thenCompose(now -> again(now.orElse(before), cancellation));
  }

  private static CreateFailure full(String outcome, String message) {
    return new CreateFailure(CreateFailure.Kind.FULL, outcome, message, SOON, null);
  }

  LedgerDesk desk() {
    return desk;
  }

  LiveInstances live() {
    return live;
  }

  Hypervisor hypervisor() {
    return hypervisor;
  }

  Limits limits() {
    return limits;
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  Clock clock() {
    return clock;
  }
}
