package io.macpool.sim.kubernetes.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One resource that the API serves.
 *
 * @param group empty for the core group
 * @param status whether status is a subresource, out of reach of ordinary writes
 * @param scale paths of the scale subresource, if there is one
 * @param columns additional printer columns of a custom resource
 * @param schema the custom resource's OpenAPI schema; missing node if there is none
 */
public record ResourceType(
    String group,
    String version,
    String kind,
    String plural,
    List<String> shortNames,
    boolean namespaced,
    boolean status,
    Optional<Scale> scale,
    JsonNode columns,
    JsonNode schema) {

  /** Where a scale subresource finds its numbers, as paths of names; selector may be absent. */
  public record Scale(List<String> spec, List<String> status, Optional<List<String>> selector) {}

  public ResourceType {
    shortNames = List.copyOf(shortNames);
  }

  /** The name under which objects are kept: {@code deployments.apps}, {@code pods}. */
  public String resource() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  public String singular() {
    return kind.toLowerCase(Locale.ROOT);
  }

  public boolean isCustom() {
    return group.contains(".") && !group.endsWith(".k8s.io");
  }
}
