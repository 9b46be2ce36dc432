package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kubernetes Events about a resource, for {@code kubectl describe}: written when something changes,
 * never as a heartbeat. One that can't be written is logged and stops nothing.
 */
public final class ClusterEvents {

  /** Whether a person should look. */
  public enum Kind {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(ClusterEvents.class);

  private final KubernetesClient client;
  private final String operator;
  private final Clock clock;

  public ClusterEvents(KubernetesClient client, String operator, Clock clock) {
    this.client = client;
    this.operator = operator;
    this.clock = clock;
  }

  public void tell(HasMetadata about, Kind kind, String reason, String message) {
    String namespace = about.getMetadata().getNamespace();
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      client
          .v1()
          .events()
          .inNamespace(namespace)
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withNamespace(namespace)
                  .withGenerateName(about.getMetadata().getName() + ".")
                  .endMetadata()
                  .withNewInvolvedObject()
                  .withApiVersion(about.getApiVersion())
                  .withKind(about.getKind())
                  .withNamespace(namespace)
                  .withName(about.getMetadata().getName())
                  .withUid(about.getMetadata().getUid())
                  .endInvolvedObject()
                  .withType(kind.text)
                  .withReason(reason)
                  .withMessage(message)
                  .withFirstTimestamp(now)
                  .withLastTimestamp(now)
                  .withCount(1)
                  .withNewSource()
                  .withComponent(operator)
                  .endSource()
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      log.info("event {} of {} not written: {}", reason, namespace, e.getMessage());
    }
  }
}
