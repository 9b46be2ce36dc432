package io.macpool.sim.kubernetes.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Holds the number of a namespace's pods to its ResourceQuotas: of what they limit, only that. */
public final class Quotas {

  public static final String RESOURCE = "resourcequotas";

  private final ObjectStore store;

  public Quotas(ObjectStore store) {
    this.store = store;
  }

  /**
   * Looks whether one more object may be there.
   *
   * @throws ApiFailure 403 if a quota is exhausted
   */
  public void check(ResourceType type, String namespace, String name) {
    if (!type.resource().equals("pods")) {
      return;
    }
    for (ObjectNode quota : store.list(RESOURCE, namespace)) {
      JsonNode hard = quota.path("spec").path("hard").path("pods");
      long used = store.list("pods", namespace).stream().filter(Quotas::counts).count();
      if (!hard.isMissingNode() && used >= hard.asLong()) {
        throw ApiFailure.forbidden(
            type,
            name,
            "exceeded quota: %s, requested: pods=1, used: pods=%d, limited: pods=%d"
                .formatted(Metadata.name(quota), used, hard.asLong()));
      }
    }
  }

  private static boolean counts(JsonNode pod) {
    String phase = pod.path("status").path("phase").asText();
    return !phase.equals("Succeeded") && !phase.equals("Failed");
  }
}
