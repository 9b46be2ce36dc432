package io.macpool.brain.lifecycle.create;

import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.lifecycle.slots.Quarantine;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Inventory;
import java.time.Clock;
import java.time.Duration;

/** Whether a create may begin at all, from memory; the reservation decides what must hold. */
final class Admission {

  private final Hypervisor hypervisor;
  private final Quarantine quarantine;
  private final Clock clock;

  Admission(Hypervisor hypervisor, Quarantine quarantine, Clock clock) {
    this.hypervisor = hypervisor;
    this.quarantine = quarantine;
    this.clock = clock;
  }

  /**
   * The image that is asked for. Whoever is let in must tell the quarantine when it has ended.
   *
   * @throws CreateFailure if the create may not begin
   */
  Image admit(CreateRequest request) {
    hypervisor
        .unreachable()
        .ifPresent(
            why -> {
              throw CreateFailure.unavailable(
                  "unavailable", hypervisor.peer() + " can't be reached: " + why, null);
            });
    Image image = image(request.image());
    if (!request.endpoints() && hypervisor.lastKnown().isAllRelayed(image)) {
      throw new CreateFailure(
          CreateFailure.Kind.NEEDS_ENDPOINT,
          "needs-endpoint",
          image.name()
              + " is on hosts whose guests are reached by endpoints alone: the client must know"
              + " them, and say so by the header "
              + io.macpool.broker.Instance.KNOWS_ENDPOINTS);
    }
    quarantine.admit(image).ifPresent(sentence -> refuse(image, sentence));
    return image;
  }

  private void refuse(Image image, Quarantine.Sentence sentence) {
    Duration left = Duration.between(clock.instant(), sentence.until());
    throw new CreateFailure(
        CreateFailure.Kind.FULL,
        "quarantined",
        image.name()
            + (left.isNegative()
                ? " is being tried again by another create: "
                : " is left alone until " + sentence.until() + ": ")
            + sentence.reason(),
        left.isNegative() ? Duration.ofSeconds(5) : left.plusSeconds(1),
        null);
  }

  private Image image(String name) {
    Inventory inventory =
        hypervisor
            .inventory()
            .match(
                known -> known.value(),
                unknown -> {
                  throw CreateFailure.unavailable(
                      "unavailable",
                      hypervisor.peer() + " can't be seen: " + unknown.cause(),
                      null);
                });
    return inventory.image(name).orElseThrow(() -> noImage(name, inventory));
  }

  /** One of several providers may have it and not have been seen since this broker's start. */
  private CreateFailure noImage(String name, Inventory inventory) {
    return hypervisor
        .unseen()
        .map(
            why ->
                CreateFailure.unavailable(
                    "unavailable",
                    "it can't be told yet whether there is an image " + name + ": " + why,
                    null))
        .orElseGet(
            () ->
                new CreateFailure(
                    CreateFailure.Kind.UNKNOWN_IMAGE,
                    "unknown-image",
                    "none of the "
                        + inventory.images().size()
                        + " images has that name; GET /images lists them"));
  }
}
