package io.macpool.brain.lifecycle.create;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.Instance;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be made for whom.
 *
 * @param owner empty for the warm pool
 * @param idempotencyKey the owner's, if it gave one
 * @param trace what its client hands on of its own trace, as it came: perhaps nonsense
 * @param endpoints whether the owner knows endpoints; one that does not gets no instance that is
 *     reached by one alone
 * @param mostWarm for the warm pool: how many of the image may be warm, this one included
 * @param lease the owner's lease that the instance is to be under, if there is one
 * @param trialOf the host that is tried by it, though nothing else is placed there: it is made
 *     there, of nothing warm, or not at all
 * @param suspendOn for the warm pool: the host that it is made on, to be suspended there
 */
public record CreateRequest(
    String image,
    Instance.Size size,
    Optional<String> owner,
    Optional<String> idempotencyKey,
    String requestId,
    Optional<String> trace,
    Optional<String> lease,
    boolean endpoints,
    Optional<Integer> mostWarm,
    Optional<String> trialOf,
    Optional<String> suspendOn) {
  public CreateRequest {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(idempotencyKey, "idempotencyKey");
    Objects.requireNonNull(requestId, "requestId");
    Objects.requireNonNull(trace, "trace");
    Objects.requireNonNull(lease, "lease");
    Objects.requireNonNull(mostWarm, "mostWarm");
    Objects.requireNonNull(trialOf, "trialOf");
    Objects.requireNonNull(suspendOn, "suspendOn");
  }

  /** A client's. */
  public CreateRequest(
      String image,
      Instance.Size size,
      Optional<String> owner,
      Optional<String> idempotencyKey,
      String requestId,
      Optional<String> trace,
      Optional<String> lease,
      boolean endpoints) {
    this(
        image,
        size,
        owner,
        idempotencyKey,
        requestId,
        trace,
        lease,
        endpoints,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The warm pool's. */
  public static CreateRequest warm(String image, int most) {
    return new CreateRequest(
        image,
        Instance.Size.AS_IMAGE,
        Optional.empty(),
        Optional.empty(),
        "warm-pool",
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.of(most),
        Optional.empty(),
        Optional.empty());
  }

  /** The warm pool's, of a guest that its host is to keep suspended. */
  public static CreateRequest suspended(String image, String host) {
    return new CreateRequest(
        image,
        Instance.Size.AS_IMAGE,
        Optional.empty(),
        Optional.empty(),
        "warm-pool",
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.of(host));
  }

  /** Only whoever waits takes a suspended guest, and a trial shows whether the host boots one. */
  CloneOrder.Suspension suspension(Image of) {
    if (suspendOn.isPresent()) {
      return CloneOrder.Suspension.KEEP;
    }
    return owner.isPresent() && trialOf.isEmpty() && size.isAsImage(of)
        ? CloneOrder.Suspension.TAKE
        : CloneOrder.Suspension.NONE;
  }

  /** One that shows whether a host works. */
  public static CreateRequest trial(String image, String owner, String host) {
    return new CreateRequest(
        image,
        Instance.Size.AS_IMAGE,
        Optional.of(owner),
        Optional.empty(),
        "host-hygiene",
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.of(host),
        Optional.empty());
  }
}
