package io.macpool.brain.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.create.Cancellation;
import io.macpool.brain.lifecycle.create.CreateRequest;
import io.macpool.brain.lifecycle.execution.Background;
import io.macpool.core.fleet.Instance;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A failover loses the record of a warm instance, and the replica does not know it yet. */
class LostRecordIT {

  private static final String WARM_IMAGE = "image-1";
  private static final int MOST_EVENTS = 20_000;

  /** It was asked for its slot again and again, as fast as the database answered. */
  @Test
  void aWarmInstanceThatIsOnNoRecordIsAskedForItsSlotOnce() {
    Vertx vertx = Vertx.vertx();
    Simulation simulation = new Simulation(1, Set.of(), Planted.NOTHING, vertx, line -> {});
    try {
      simulation.start();
      pass(simulation, Duration.ofMinutes(2));
      Replica replica = simulation.any().orElseThrow();
      String image = other(simulation);
      for (int i = 0; i < slots(simulation); i++) {
        create(simulation, replica, image, "owner-" + i);
        pass(simulation, Duration.ofMillis(1));
      }
      assertThat(replica.warm()).as("one waits still").isNotEmpty();
      replica.warm().forEach(simulation.database().tables()::lose);

      create(simulation, replica, image, "late");

      pass(simulation, Duration.ofMinutes(1));
    } finally {
      simulation.any().ifPresent(Replica::crash);
      vertx.close();
    }
  }

  private static String other(Simulation simulation) {
    return simulation.fleet().images().stream()
        .filter(image -> !image.equals(WARM_IMAGE))
        .findFirst()
        .orElseThrow();
  }

  private static int slots(Simulation simulation) {
    return simulation.fleet().hosts().size() * SimulatedFleet.SLOTS - 1;
  }

  private static void pass(Simulation simulation, Duration length) {
    long before = simulation.time().happened();
    simulation
        .time()
        .pass(
            length,
            () ->
                assertThat(simulation.time().happened() - before)
                    .as("events in %s", length)
                    .isLessThan(MOST_EVENTS));
  }

  private static void create(Simulation simulation, Replica replica, String image, String owner) {
    CreateRequest request =
        new CreateRequest(
            image,
            Instance.Size.AS_IMAGE,
            Optional.of(owner),
            Optional.empty(),
            "request-" + owner,
            Optional.empty(),
            Optional.empty(),
            false);
    simulation
        .time()
        .in(
            Duration.ZERO,
            replica.lane(),
            () ->
                Background.whenEnded(
                    replica.instances().create(request, new Cancellation()),
                    (instance, failure) -> {}));
  }
}
