package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.macpool.operator.cluster.contest.FieldTakeover;
import io.macpool.operator.cluster.spec.ClusterKey;
import io.macpool.operator.cluster.spec.Drift;
import io.macpool.operator.cluster.spec.Names;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a cluster's Deployment what it is to be, and leaves alone what is others' in it. */
final class DeploymentApplier {

  private static final Logger log = LoggerFactory.getLogger(DeploymentApplier.class);
  private static final int INVALID = 422;

  private final RoundContext roundContext;
  private final ClusterKey key;
  private final ClusterMemory memory;

  DeploymentApplier(RoundContext roundContext, ClusterKey key, ClusterMemory memory) {
    this.roundContext = roundContext;
    this.key = key;
    this.memory = memory;
  }

  /**
   * A version of the Deployment that was what it was to be.
   *
   * @param version the API's, which changes with each write
   */
  record Held(Deployment desired, String version) {

    boolean isSame(Held other) {
      try {
        return version.equals(other.version) && desired.equals(other.desired);
      } catch (IllegalArgumentException e) {
        return false; // quantities are compared by value, and this one has none
      }
    }
  }

  /** Applies, if the Deployment is not so already. */
  void apply(Deployment desired, Optional<Deployment> actual) {
    Optional<Held> now =
        actual.map(live -> new Held(desired, live.getMetadata().getResourceVersion()));
    if (now.isPresent() && memory.held.filter(now.get()::isSame).isPresent()) {
      return; // neither has changed since they were compared
    }
    memory.held = Optional.empty();
    if (!applyIfDrifted(copy(desired), actual)) {
      memory.held = now;
    }
  }

  /** Whether it had to be applied. */
  private boolean applyIfDrifted(Deployment desired, Optional<Deployment> actual) {
    String sum = Drift.checksum(desired.getSpec());
    desired.getMetadata().setAnnotations(Map.of(Names.APPLIED, sum));
    if (actual.isPresent()
        && (Drift.holds(desired, actual.get()) || isBentAlready(desired, actual.get()))) {
      return false;
    }
    log.info(
        "applying Deployment of {} with {}",
        key,
        MessageFormats.pods(desired.getSpec().getReplicas()));
    if (actual.isPresent()
        && !FieldTakeover.isOurs(actual.get(), roundContext.options().operatorName())) {
      takeOver();
    }
    Deployment applied = applyOrTakeOver(desired);
    memory.applied = Optional.of(applied);
    memory.contest.wrote(applied.getSpec().getReplicas());
    memory.bent =
        Drift.holds(desired, applied) ? Optional.empty() : Optional.of(bend(desired, applied));
    memory.bent.ifPresent(
        bent ->
            log.warn(
                "{}: the API changes what is applied of the Deployment (an admission webhook?); it"
                    + " is left as the API makes it",
                key));
    return true;
  }

  /** With metadata of its own, to be annotated. */
  private static Deployment copy(Deployment desired) {
    return new DeploymentBuilder(desired).build();
  }

  /**
   * Something on the API server's side changed what we applied last: to apply the same again would
   * change nothing, each round, for ever.
   */
  private boolean isBentAlready(Deployment desired, Deployment actual) {
    return memory.bent.filter(bend(desired, actual)::equals).isPresent();
  }

  private static String bend(Deployment desired, Deployment actual) {
    return Drift.checksum(desired) + " " + Drift.checksum(Drift.ofOurs(desired, actual));
  }

  private Deployment applyOrTakeOver(Deployment desired) {
    try {
      return applyNow(desired);
    } catch (KubernetesClientException e) {
      // Another writer's fields beside ours may be what is invalid.
      if (e.getCode() != INVALID || !takeOver()) {
        throw e;
      }
      return applyNow(desired);
    }
  }

  private Deployment applyNow(Deployment desired) {
    return roundContext
        .api()
        .client()
        .resource(desired)
        .fieldManager(roundContext.options().operatorName())
        .forceConflicts()
        .serverSideApply();
  }

  private boolean takeOver() {
    var resource =
        roundContext
            .api()
            .client()
            .apps()
            .deployments()
            .inNamespace(key.namespace())
            .withName(key.name());
    Deployment live = resource.get();
    Optional<String> patch =
        live == null
            ? Optional.empty()
            : FieldTakeover.patch(live, roundContext.options().operatorName());
    patch.ifPresent(
        moved -> {
          resource.patch(PatchContext.of(PatchType.JSON), moved);
          log.info("{}: took over the spec of the Deployment that others wrote", key);
        });
    return patch.isPresent();
  }
}
