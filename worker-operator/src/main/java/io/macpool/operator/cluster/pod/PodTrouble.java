package io.macpool.operator.cluster.pod;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Why a pod can't start.
 *
 * @param reason one of a few, so that it may be a metric's tag
 * @param message in Kubernetes' words
 */
public record PodTrouble(String reason, String message) {

  /** What Kubernetes calls it, and what we do: some alternate for the same trouble. */
  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("ErrImagePull", "ImagePullBackOff"),
          Map.entry("ImagePullBackOff", "ImagePullBackOff"),
          Map.entry("InvalidImageName", "InvalidImageName"),
          Map.entry("ErrImageNeverPull", "ImagePullBackOff"),
          Map.entry("CreateContainerConfigError", "CreateContainerConfigError"),
          Map.entry("CreateContainerError", "CreateContainerError"),
          Map.entry("RunContainerError", "RunContainerError"),
          Map.entry("CrashLoopBackOff", "CrashLoopBackOff"));

  /** What keeps the pod's containers from running, if they don't start just now. */
  public static Optional<PodTrouble> of(Pod pod) {
    PodStatus status = pod.getStatus();
    if (status == null) {
      return Optional.empty();
    }
    Optional<PodTrouble> waiting =
        Stream.concat(
                statuses(status.getInitContainerStatuses()),
                statuses(status.getContainerStatuses()))
            .map(ContainerStatus::getState)
            .filter(state -> state != null && state.getWaiting() != null)
            .map(ContainerState::getWaiting)
            .flatMap(state -> of(state).stream())
            .findFirst();
    return waiting.or(() -> unschedulable(status));
  }

  private static Stream<ContainerStatus> statuses(List<ContainerStatus> statuses) {
    return statuses == null ? Stream.empty() : statuses.stream();
  }

  private static Optional<PodTrouble> of(ContainerStateWaiting waiting) {
    return Optional.ofNullable(waiting.getReason())
        .map(REASONS::get)
        .map(
            reason -> new PodTrouble(reason, Optional.ofNullable(waiting.getMessage()).orElse("")));
  }

  private static Optional<PodTrouble> unschedulable(PodStatus status) {
    List<PodCondition> conditions = Optional.ofNullable(status.getConditions()).orElse(List.of());
    return conditions.stream()
        .filter(condition -> "Unschedulable".equals(condition.getReason()))
        .findFirst()
        .map(condition -> new PodTrouble("Unschedulable", String.valueOf(condition.getMessage())));
  }

  /** How many pods are wanted that are not there. */
  public static int missing(Deployment deployment) {
    int there =
        deployment.getStatus() == null || deployment.getStatus().getReplicas() == null
            ? 0
            : deployment.getStatus().getReplicas();
    return Math.max(1, deployment.getSpec().getReplicas() - there);
  }

  /** What keeps the Deployment's pods from being made at all: a quota, a policy, a name. */
  public static Optional<PodTrouble> of(Deployment deployment) {
    if (deployment.getStatus() == null || deployment.getStatus().getConditions() == null) {
      return Optional.empty();
    }
    return deployment.getStatus().getConditions().stream()
        .filter(PodTrouble::isFailure)
        .findFirst()
        .map(condition -> new PodTrouble("CreateFailed", String.valueOf(condition.getMessage())));
  }

  private static boolean isFailure(DeploymentCondition condition) {
    return (condition.getType().equals("ReplicaFailure") && condition.getStatus().equals("True"))
        || (condition.getType().equals("Progressing")
            && "ReplicaSetCreateError".equals(condition.getReason()));
  }
}
