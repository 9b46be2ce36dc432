package io.macpool.sim.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What the API writes into objects that leave it out: those defaults that a client comparing its
 * wish with what it reads would stumble over.
 */
final class Defaults {

  private Defaults() {}

  static void apply(ResourceType type, ObjectNode object) {
    switch (type.resource()) {
      case "secrets" -> secret(object);
      case "pods" -> podSpec(object.withObjectProperty("spec"));
      case "deployments.apps" -> deployment(object.withObjectProperty("spec"));
      case "replicasets.apps" -> replicas(object.withObjectProperty("spec"));
      case "namespaces" -> object.withObjectProperty("status").put("phase", "Active");
      default -> schemaDefaults(object, type.schema());
    }
  }

  private static void secret(ObjectNode secret) {
    putIfAbsent(secret, "type", "Opaque");
    JsonNode plain = secret.remove("stringData");
    if (plain == null || !plain.isObject()) {
      return;
    }
    ObjectNode data = secret.withObjectProperty("data");
    for (var entry : plain.properties()) {
      byte[] value = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
      data.put(entry.getKey(), Base64.getEncoder().encodeToString(value));
    }
  }

  private static void deployment(ObjectNode spec) {
    replicas(spec);
    putIfAbsent(spec, "revisionHistoryLimit", 10);
    putIfAbsent(spec, "progressDeadlineSeconds", 600);
    ObjectNode strategy = spec.withObjectProperty("strategy");
    putIfAbsent(strategy, "type", "RollingUpdate");
    if (strategy.path("type").asText().equals("RollingUpdate")) {
      ObjectNode rolling = strategy.withObjectProperty("rollingUpdate");
      putIfAbsent(rolling, "maxUnavailable", "25%");
      putIfAbsent(rolling, "maxSurge", "25%");
    }
  }

  private static void replicas(ObjectNode spec) {
    putIfAbsent(spec, "replicas", 1);
    ObjectNode template = spec.withObjectProperty("template");
    podSpec(template.withObjectProperty("spec"));
  }

  private static void podSpec(ObjectNode spec) {
    putIfAbsent(spec, "restartPolicy", "Always");
    putIfAbsent(spec, "terminationGracePeriodSeconds", 30);
    putIfAbsent(spec, "dnsPolicy", "ClusterFirst");
    putIfAbsent(spec, "schedulerName", "default-scheduler");
    if (!spec.has("securityContext")) {
      spec.putObject("securityContext");
    }
    for (JsonNode container : spec.path("containers")) {
      container((ObjectNode) container);
    }
    for (JsonNode volume : spec.path("volumes")) {
      if (volume.path("secret") instanceof ObjectNode secret) {
        putIfAbsent(secret, "defaultMode", 420);
      }
    }
  }

  private static void container(ObjectNode container) {
    boolean latest =
        !container.path("image").asText().matches(".*:[^/:]+")
            || container.path("image").asText().endsWith(":latest");
    putIfAbsent(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
    putIfAbsent(container, "terminationMessagePath", "/dev/termination-log");
    putIfAbsent(container, "terminationMessagePolicy", "File");
    if (!container.has("resources")) {
      container.putObject("resources");
    }
    container.path("ports").forEach(port -> putIfAbsent((ObjectNode) port, "protocol", "TCP"));
    container.path("env").forEach(Defaults::variable);
    probe(container.path("livenessProbe"));
    probe(container.path("readinessProbe"));
  }

  private static void variable(JsonNode variable) {
    if (variable.path("valueFrom").path("fieldRef") instanceof ObjectNode field) {
      putIfAbsent(field, "apiVersion", "v1");
    }
  }

  private static void probe(JsonNode probe) {
    if (probe instanceof ObjectNode object) {
      putIfAbsent(object, "timeoutSeconds", 1);
      putIfAbsent(object, "periodSeconds", 10);
      putIfAbsent(object, "successThreshold", 1);
      putIfAbsent(object, "failureThreshold", 3);
      if (object.path("httpGet") instanceof ObjectNode get) {
        putIfAbsent(get, "scheme", "HTTP");
      }
    }
  }

  /** Defaults that a custom resource's schema gives; below a missing object none is made. */
  private static void schemaDefaults(JsonNode value, JsonNode schema) {
    if (value instanceof ObjectNode object) {
      for (var property : schema.path("properties").properties()) {
        JsonNode fallback = property.getValue().get("default");
        if (fallback != null && !object.has(property.getKey())) {
          object.set(property.getKey(), fallback.deepCopy());
        }
        schemaDefaults(object.path(property.getKey()), property.getValue());
      }
    } else if (value.isArray()) {
      value.forEach(element -> schemaDefaults(element, schema.path("items")));
    }
  }

  private static void putIfAbsent(ObjectNode object, String name, String value) {
    if (!object.hasNonNull(name)) {
      object.put(name, value);
    }
  }

  private static void putIfAbsent(ObjectNode object, String name, int value) {
    if (!object.hasNonNull(name)) {
      object.put(name, value);
    }
  }
}
