package io.macpool.sim.kubernetes.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** The resources that the API serves: built in, and those of custom resource definitions. */
public final class ResourceTypes {

  public static final String NAMESPACES = "namespaces";
  public static final String CRDS = "customresourcedefinitions.apiextensions.k8s.io";

  /** By {@code group/version/plural}. */
  private final Map<String, ResourceType> types = new ConcurrentSkipListMap<>();

  public ResourceTypes() {
    core("Namespace", NAMESPACES, false, true, "ns");
    core("Node", "nodes", false, true, "no");
    core("Pod", "pods", true, true, "po");
    core("Secret", "secrets", true, false);
    core("ConfigMap", "configmaps", true, false, "cm");
    core("Service", "services", true, true, "svc");
    core("ServiceAccount", "serviceaccounts", true, false, "sa");
    core("Event", "events", true, false, "ev");
    core("Endpoints", "endpoints", true, false, "ep");
    core("ResourceQuota", Quotas.RESOURCE, true, true, "quota");
    core("PersistentVolumeClaim", "persistentvolumeclaims", true, true, "pvc");
    scaled("Deployment", "deployments", "deploy");
    scaled("ReplicaSet", "replicasets", "rs");
    scaled("StatefulSet", "statefulsets", "sts");
    add("apps", "v1", "DaemonSet", "daemonsets", true, true, "ds");
    add("batch", "v1", "Job", "jobs", true, true);
    add("coordination.k8s.io", "v1", "Lease", "leases", true, false);
    add("rbac.authorization.k8s.io", "v1", "Role", "roles", true, false);
    add("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true, false);
    add("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false, false);
    add(
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        false,
        false);
    add("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true, true, "pdb");
    add("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true, false, "netpol");
    add("networking.k8s.io", "v1", "Ingress", "ingresses", true, true, "ing");
    add(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false,
        true,
        "crd",
        "crds");
  }

  private void core(
      String kind, String plural, boolean namespaced, boolean status, String... shortNames) {
    add("", "v1", kind, plural, namespaced, status, shortNames);
  }

  private void scaled(String kind, String plural, String shortName) {
    ResourceType.Scale scale =
        new ResourceType.Scale(
            List.of("spec", "replicas"), List.of("status", "replicas"), Optional.empty());
    put(
        new ResourceType(
            "apps",
            "v1",
            kind,
            plural,
            List.of(shortName),
            true,
            true,
            Optional.of(scale),
            MissingNode.getInstance(),
            MissingNode.getInstance()));
  }

  private void add(
      String group,
      String version,
      String kind,
      String plural,
      boolean namespaced,
      boolean status,
      String... shortNames) {
    put(
        new ResourceType(
            group,
            version,
            kind,
            plural,
            List.of(shortNames),
            namespaced,
            status,
            Optional.empty(),
            MissingNode.getInstance(),
            MissingNode.getInstance()));
  }

  private void put(ResourceType type) {
    types.put(type.group() + "/" + type.version() + "/" + type.plural(), type);
  }

  public Optional<ResourceType> find(String group, String version, String plural) {
    return Optional.ofNullable(types.get(group + "/" + version + "/" + plural));
  }

  /** Any version of the resource: all versions are kept as one. */
  public Optional<ResourceType> ofResource(String resource) {
    return all().stream().filter(type -> type.resource().equals(resource)).findFirst();
  }

  public Collection<ResourceType> all() {
    return types.values();
  }

  /** Serves what the definition says, in place of what it said before. */
  public void define(JsonNode definition) {
    undefine(definition);
    JsonNode spec = definition.path("spec");
    JsonNode names = spec.path("names");
    for (JsonNode version : spec.path("versions")) {
      if (version.path("served").asBoolean(true)) {
        put(custom(spec, names, version));
      }
    }
  }

  /** No longer serves what the definition says. */
  public void undefine(JsonNode definition) {
    String group = definition.path("spec").path("group").asText();
    String plural = definition.path("spec").path("names").path("plural").asText();
    types.values().removeIf(type -> type.group().equals(group) && type.plural().equals(plural));
  }

  private static ResourceType custom(JsonNode spec, JsonNode names, JsonNode version) {
    List<String> shortNames = new ArrayList<>();
    names.path("shortNames").forEach(name -> shortNames.add(name.asText()));
    JsonNode scale = version.path("subresources").path("scale");
    return new ResourceType(
        spec.path("group").asText(),
        version.path("name").asText(),
        names.path("kind").asText(),
        names.path("plural").asText(),
        shortNames,
        spec.path("scope").asText("Namespaced").equals("Namespaced"),
        version.path("subresources").has("status"),
        scale.isObject() ? Optional.of(scale(scale)) : Optional.empty(),
        version.path("additionalPrinterColumns"),
        version.path("schema").path("openAPIV3Schema"));
  }

  private static ResourceType.Scale scale(JsonNode scale) {
    return new ResourceType.Scale(
        path(scale.path("specReplicasPath").asText()),
        path(scale.path("statusReplicasPath").asText()),
        Optional.ofNullable(scale.path("labelSelectorPath").textValue()).map(ResourceTypes::path));
  }

  /** {@code .spec.replicas} as its names. */
  public static List<String> path(String dotted) {
    return Stream.of(dotted.split("\\.", -1)).filter(name -> !name.isEmpty()).toList();
  }
}
