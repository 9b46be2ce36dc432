package io.macpool.sim.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Rules of pod specs that a merge of several writers' fields breaks: of some groups of members one
 * alone may be there. An API server holds pods to many more.
 */
final class PodRules {

  private static final Set<String> HANDLERS = Set.of("exec", "httpGet", "tcpSocket", "grpc");

  private final List<String> problems = new ArrayList<>();

  private PodRules() {}

  /**
   * Checks a pod, or the pods of a Deployment or ReplicaSet.
   *
   * @throws ApiFailure 422 naming every field that is wrong
   */
  static void check(ResourceType type, JsonNode object) {
    String path =
        switch (type.resource()) {
          case "pods" -> "spec";
          case "deployments.apps", "replicasets.apps" -> "spec.template.spec";
          default -> "";
        };
    if (path.isEmpty()) {
      return;
    }
    JsonNode spec = object;
    for (String name : path.split("\\.", -1)) {
      spec = spec.path(name);
    }
    PodRules rules = new PodRules();
    for (String kind : new String[] {"initContainers", "containers"}) {
      int index = 0;
      for (JsonNode container : spec.path(kind)) {
        rules.container(container, path + "." + kind + "[" + index++ + "]");
      }
    }
    int index = 0;
    for (JsonNode volume : spec.path("volumes")) {
      rules.volume(volume, path + ".volumes[" + index++ + "]");
    }
    if (!rules.problems.isEmpty()) {
      throw ApiFailure.invalid(type, Metadata.name(object), String.join(", ", rules.problems));
    }
  }

  private void container(JsonNode container, String path) {
    int index = 0;
    for (JsonNode variable : container.path("env")) {
      if (!variable.path("value").asText("").isEmpty() && variable.hasNonNull("valueFrom")) {
        problems.add(
            path
                + ".env["
                + index
                + "].valueFrom: Invalid value: \"\": may not be specified when `value` is not"
                + " empty");
      }
      index++;
    }
    for (String probe : new String[] {"livenessProbe", "readinessProbe", "startupProbe"}) {
      if (container.hasNonNull(probe)) {
        handlers(container.get(probe), path + "." + probe);
      }
    }
  }

  private void handlers(JsonNode probe, String path) {
    long handlers = HANDLERS.stream().filter(probe::hasNonNull).count();
    if (handlers > 1) {
      problems.add(path + ": Forbidden: may not specify more than 1 handler type");
    } else if (handlers == 0) {
      problems.add(path + ": Required value: must specify a handler type");
    }
  }

  private void volume(JsonNode volume, String path) {
    long sources =
        volume.properties().stream()
            .filter(member -> !member.getKey().equals("name") && !member.getValue().isNull())
            .count();
    if (sources > 1) {
      problems.add(path + ": Forbidden: may not specify more than 1 volume type");
    }
  }
}
