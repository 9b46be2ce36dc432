package io.macpool.operator.cluster.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTroubleTest {

  private static Pod waiting(String reason) {
    return new PodBuilder()
        .withNewStatus()
        .withPhase("Pending")
        .addNewContainerStatus()
        .withName("worker")
        .withNewState()
        .withNewWaiting("why", reason)
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  /** The kubelet alternates between two words for one trouble: a flapping reason helps nobody. */
  @ParameterizedTest
  @CsvSource({
    "ErrImagePull, ImagePullBackOff",
    "ImagePullBackOff, ImagePullBackOff",
    "ErrImageNeverPull, ImagePullBackOff",
    "InvalidImageName, InvalidImageName",
    "CreateContainerConfigError, CreateContainerConfigError",
    "CreateContainerError, CreateContainerError",
    "RunContainerError, RunContainerError",
    "CrashLoopBackOff, CrashLoopBackOff",
  })
  void whatAContainerWaitsForInVain(String reason, String told) {
    assertThat(PodTrouble.of(waiting(reason))).contains(new PodTrouble(told, "why"));
  }

  @Test
  void oneThatIsBeingMadeIsNotInTrouble() {
    assertThat(PodTrouble.of(waiting("ContainerCreating"))).isEmpty();
    assertThat(PodTrouble.of(waiting("PodInitializing"))).isEmpty();
    assertThat(PodTrouble.of(new PodBuilder().build())).isEmpty();
  }

  @Test
  void anInitContainerAndNoNodeAreTroublesToo() {
    Pod init =
        new PodBuilder()
            .withNewStatus()
            .addNewInitContainerStatus()
            .withNewState()
            .withNewWaiting("no such image", "ErrImagePull")
            .endState()
            .endInitContainerStatus()
            .endStatus()
            .build();
    assertThat(PodTrouble.of(init)).contains(new PodTrouble("ImagePullBackOff", "no such image"));
    Pod unplaced =
        new PodBuilder()
            .withNewStatus()
            .addNewCondition()
            .withType("PodScheduled")
            .withStatus("False")
            .withReason("Unschedulable")
            .withMessage("0/3 nodes are available")
            .endCondition()
            .endStatus()
            .build();
    assertThat(PodTrouble.of(unplaced))
        .contains(new PodTrouble("Unschedulable", "0/3 nodes are available"));
  }
}
