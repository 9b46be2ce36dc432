package io.macpool.operator.cluster.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.macpool.operator.api.WorkerTemplate;
import java.util.List;
import org.junit.jupiter.api.Test;

class FollowedConfigTest {

  /** The API takes one: only a container that is started with it fails. */
  @Test
  void aReferenceWithoutANameNamesNothing() {
    WorkerTemplate.Spec container = new WorkerTemplate.Spec();
    container.env = List.of(secret(null), secret("token"), map(null), map("tuning"));
    container.envFrom =
        List.of(
            new EnvFromSourceBuilder().withNewSecretRef().endSecretRef().build(),
            new EnvFromSourceBuilder().withNewConfigMapRef().endConfigMapRef().build());
    assertThat(FollowedConfig.secretsOf(container)).containsExactly("token");
    assertThat(FollowedConfig.mapsOf(container)).containsExactly("tuning");
  }

  private static EnvVar secret(String name) {
    return new EnvVarBuilder()
        .withName("A")
        .withNewValueFrom()
        .withNewSecretKeyRef("key", name, null)
        .endValueFrom()
        .build();
  }

  private static EnvVar map(String name) {
    return new EnvVarBuilder()
        .withName("B")
        .withNewValueFrom()
        .withNewConfigMapKeyRef("key", name, null)
        .endValueFrom()
        .build();
  }
}
