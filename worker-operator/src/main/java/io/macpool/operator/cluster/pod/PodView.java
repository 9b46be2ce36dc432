package io.macpool.operator.cluster.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.macpool.operator.cluster.spec.Names;
import io.macpool.operator.control.WorkerEndpoint;
import io.macpool.service.setting.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster's round needs of a pod.
 *
 * @param running whether its containers run, so that it can be asked
 * @param terminating whether Kubernetes has begun to delete it
 * @param literalAuth the credential if its environment has it in clear, as the Go operator's pods
 *     do
 * @param markedForRemoval whether it already has our deletion cost
 * @param trouble why it can't start, if it can't
 */
public record PodView(
    String name,
    Optional<String> ip,
    boolean running,
    boolean terminating,
    Optional<String> literalAuth,
    boolean markedForRemoval,
    Optional<PodTrouble> trouble) {

  /** The lowest cost: such a pod is deleted before any other. */
  public static final String REMOVAL_COST = "-1000";

  public static PodView of(Pod pod) {
    Map<String, String> annotations =
        Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
    return new PodView(
        pod.getMetadata().getName(),
        Optional.ofNullable(pod.getStatus())
            .map(status -> status.getPodIP())
            .filter(ip -> !ip.isEmpty()),
        "Running".equals(phase(pod)),
        pod.getMetadata().getDeletionTimestamp() != null,
        literal(pod),
        REMOVAL_COST.equals(annotations.get(Names.DELETION_COST)),
        PodTrouble.of(pod));
  }

  /** Its containers have ended for good: no processor is alive in it. */
  public static boolean finished(Pod pod) {
    return "Succeeded".equals(phase(pod)) || "Failed".equals(phase(pod));
  }

  /**
   * Where to ask it.
   *
   * @param credentials that it may have been started with
   * @param lockedOut how often it refused one: the next is tried then
   */
  public Optional<WorkerEndpoint> endpoint(int port, List<Secret> credentials, int lockedOut) {
    List<Secret> all = literalAuth.map(auth -> List.of(new Secret(auth))).orElse(credentials);
    return running && ip.isPresent() && !all.isEmpty()
        ? Optional.of(WorkerEndpoint.at(ip.get(), port, all.get(lockedOut % all.size())))
        : Optional.empty();
  }

  private static @Nullable String phase(Pod pod) {
    return pod.getStatus() == null ? null : pod.getStatus().getPhase();
  }

  /**
   * Whether the pod is of the Deployment of that name: of a ReplicaSet that is called after the
   * Deployment and the pod's own hash.
   */
  public static boolean isOf(Pod pod, String deployment) {
    String hash =
        Optional.ofNullable(pod.getMetadata().getLabels())
            .map(labels -> labels.get("pod-template-hash"))
            .orElse("");
    List<OwnerReference> owners =
        Optional.ofNullable(pod.getMetadata().getOwnerReferences()).orElse(List.of());
    return owners.stream()
        .anyMatch(
            owner ->
                Boolean.TRUE.equals(owner.getController())
                    && owner.getKind().equals("ReplicaSet")
                    && owner.getName().equals(deployment + "-" + hash));
  }

  private static Optional<String> literal(Pod pod) {
    List<Container> containers = pod.getSpec() == null ? List.of() : pod.getSpec().getContainers();
    return containers.stream()
        .flatMap(container -> container.getEnv().stream())
        .filter(variable -> Names.REMOTE_CONTROL_AUTH.equals(variable.getName()))
        .map(EnvVar::getValue)
        .filter(value -> value != null && !value.isEmpty())
        .findFirst();
  }
}
