package io.macpool.gitops.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import io.kubernetes.client.openapi.models.V1ClusterRole;
import io.kubernetes.client.openapi.models.V1ClusterRoleBinding;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1CustomResourceDefinition;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Every kind of object that this tree may hold. A kind that is not here is refused: what cannot be
 * checked is not deployed.
 */
public final class KubernetesSchemas {

  private static final Map<String, Class<?>> MODELS =
      Map.ofEntries(
          Map.entry("v1/ConfigMap", V1ConfigMap.class),
          Map.entry("v1/Namespace", V1Namespace.class),
          Map.entry("v1/PersistentVolumeClaim", V1PersistentVolumeClaim.class),
          Map.entry("v1/Pod", V1Pod.class),
          Map.entry("v1/Secret", V1Secret.class),
          Map.entry("v1/Service", V1Service.class),
          Map.entry("v1/ServiceAccount", V1ServiceAccount.class),
          Map.entry("apps/v1/DaemonSet", V1DaemonSet.class),
          Map.entry("apps/v1/Deployment", V1Deployment.class),
          Map.entry("apps/v1/StatefulSet", V1StatefulSet.class),
          Map.entry("autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler.class),
          Map.entry("batch/v1/CronJob", V1CronJob.class),
          Map.entry("batch/v1/Job", V1Job.class),
          Map.entry("coordination.k8s.io/v1/Lease", V1Lease.class),
          Map.entry("networking.k8s.io/v1/Ingress", V1Ingress.class),
          Map.entry("networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy.class),
          Map.entry("policy/v1/PodDisruptionBudget", V1PodDisruptionBudget.class),
          Map.entry("rbac.authorization.k8s.io/v1/ClusterRole", V1ClusterRole.class),
          Map.entry("rbac.authorization.k8s.io/v1/ClusterRoleBinding", V1ClusterRoleBinding.class),
          Map.entry("rbac.authorization.k8s.io/v1/Role", V1Role.class),
          Map.entry("rbac.authorization.k8s.io/v1/RoleBinding", V1RoleBinding.class),
          Map.entry(
              "apiextensions.k8s.io/v1/CustomResourceDefinition",
              V1CustomResourceDefinition.class));

  /** Fields whose few values OpenAPI tells in prose only; a pointer's end to what it may be. */
  private static final Map<String, Set<String>> CHOICES =
      Map.of(
          "/imagePullPolicy", Set.of("Always", "IfNotPresent", "Never"),
          "/protocol", Set.of("TCP", "UDP", "SCTP"),
          "/whenUnsatisfiable", Set.of("DoNotSchedule", "ScheduleAnyway"),
          "/restartPolicy", Set.of("Always", "OnFailure", "Never"));

  private static final Pattern OBJECT_NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  private final Map<String, JsonSchema> custom = new HashMap<>();
  private final IdentityHashMap<JsonNode, List<SchemaProblem>> seen = new IdentityHashMap<>();

  /**
   * The built-in kinds and those of a tree.
   *
   * @param definitions CustomResourceDefinitions whose kinds count too
   */
  public KubernetesSchemas(List<JsonNode> definitions) {
    CustomKinds.bundled().forEach((kind, schema) -> custom.put(kind, JsonSchemas.compile(schema)));
    for (JsonNode definition : definitions) {
      CustomKinds.of(definition)
          .forEach((kind, schema) -> custom.put(kind, JsonSchemas.compile(schema)));
    }
  }

  /**
   * Every problem of an object; one that was seen before, the same instance, is not walked again.
   */
  public synchronized List<SchemaProblem> validate(JsonNode object) {
    return seen.computeIfAbsent(object, this::walk);
  }

  private List<SchemaProblem> walk(JsonNode object) {
    String kind = object.path("apiVersion").asText() + "/" + object.path("kind").asText();
    List<SchemaProblem> problems = new ArrayList<>();
    if (MODELS.containsKey(kind)) {
      problems.addAll(ModelSchema.validate(MODELS.get(kind), object));
      checkChoices(object, "", problems);
      problems.addAll(ApiRules.validate(object));
    } else if (custom.containsKey(kind)) {
      problems.addAll(JsonSchemas.validate(custom.get(kind), object));
      problems.addAll(metadata(object));
    } else {
      return List.of(new SchemaProblem("/kind", "is " + kind + ", which no schema here describes"));
    }
    checkName(object).ifPresent(problems::add);
    return problems;
  }

  private static List<SchemaProblem> metadata(JsonNode object) {
    if (!object.path("metadata").isObject()) {
      return List.of();
    }
    return ModelSchema.validate(V1ObjectMeta.class, object.path("metadata")).stream()
        .map(problem -> new SchemaProblem("/metadata" + problem.pointer(), problem.message()))
        .toList();
  }

  private static Optional<SchemaProblem> checkName(JsonNode object) {
    if (object.path("apiVersion").asText().startsWith("kustomize.config.k8s.io/")) {
      return Optional.empty();
    }
    String name = object.at("/metadata/name").asText();
    boolean sound =
        OBJECT_NAME.matcher(name).matches()
            || object.path("apiVersion").asText().startsWith("rbac.authorization.k8s.io/");
    return sound
        ? Optional.empty()
        : Optional.of(
            new SchemaProblem(
                "/metadata/name",
                "is \"" + name + "\", and must be lower case, digits and dashes"));
  }

  private static void checkChoices(JsonNode value, String pointer, List<SchemaProblem> out) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              property ->
                  checkChoices(property.getValue(), pointer + "/" + property.getKey(), out));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        checkChoices(value.get(i), pointer + "/" + i, out);
      }
    } else if (value.isTextual() && pointer.startsWith("/spec/")) {
      CHOICES.forEach(
          (end, allowed) -> {
            if (pointer.endsWith(end) && !allowed.contains(value.asText())) {
              out.add(
                  new SchemaProblem(
                      pointer,
                      "is \""
                          + value.asText()
                          + "\", and must be one of "
                          + String.join(", ", allowed.stream().sorted().toList())));
            }
          });
    }
  }
}
