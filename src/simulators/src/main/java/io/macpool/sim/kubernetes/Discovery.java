package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What clients ask before they ask for objects: versions, groups, resources, whether fields are
 * validated, and whether they may (always yes).
 */
final class Discovery {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What {@code kubectl get all} gets. */
  private static final Set<String> ALL =
      Set.of("pods", "services", "deployments.apps", "replicasets.apps");

  private final ResourceTypes types;

  Discovery(ResourceTypes types) {
    this.types = types;
  }

  /** The answer, if the path is one of these. */
  Optional<JsonNode> answer(String method, String asked, String body) {
    String path = asked.replaceAll("/+$", "");
    if (method.equals("POST")) {
      return path.endsWith("reviews")
          ? Optional.of(review(ObjectApi.json(body)))
          : Optional.empty();
    }
    List<String> parts = Stream.of(path.split("/", -1)).filter(part -> !part.isEmpty()).toList();
    return switch (path) {
      case "/version" -> Optional.of(version());
      case "/healthz", "/readyz", "/livez" -> Optional.of(JSON.textNode("ok"));
      case "/api" -> Optional.of(coreVersions());
      case "/apis" -> Optional.of(groups());
      case "/openapi/v3" -> Optional.of(openApiPaths());
      default -> {
        if (path.startsWith("/openapi/v3/")) {
          yield Optional.of(openApi(parts.subList(2, parts.size())));
        }
        if (parts.size() == 2 && parts.get(0).equals("api")) {
          yield Optional.of(resources("", parts.get(1)));
        }
        if (parts.size() == 2 && parts.get(0).equals("apis")) {
          yield Optional.of(group(parts.get(1)));
        }
        if (parts.size() == 3 && parts.get(0).equals("apis")) {
          yield Optional.of(resources(parts.get(1), parts.get(2)));
        }
        yield Optional.empty();
      }
    };
  }

  private static ObjectNode version() {
    return JSON.objectNode()
        .put("major", "1")
        .put("minor", "32")
        .put("gitVersion", "v1.32.0-macpool")
        .put("platform", "sim/sim");
  }

  private static ObjectNode coreVersions() {
    ObjectNode versions = JSON.objectNode().put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    return versions;
  }

  private Map<String, Set<String>> versionsByGroup() {
    Map<String, Set<String>> versions = new TreeMap<>();
    for (ResourceType type : types.all()) {
      if (!type.group().isEmpty()) {
        versions.computeIfAbsent(type.group(), name -> new TreeSet<>()).add(type.version());
      }
    }
    return versions;
  }

  private ObjectNode groups() {
    ObjectNode list = JSON.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode groups = list.putArray("groups");
    versionsByGroup().keySet().forEach(name -> groups.add(group(name)));
    return list;
  }

  private ObjectNode group(String name) {
    Set<String> versions = versionsByGroup().get(name);
    if (versions == null) {
      throw ApiFailure.noSuchPath();
    }
    ObjectNode group = JSON.objectNode().put("kind", "APIGroup").put("apiVersion", "v1");
    group.put("name", name);
    ArrayNode listed = group.putArray("versions");
    versions.forEach(
        version ->
            listed.addObject().put("groupVersion", name + "/" + version).put("version", version));
    group.set("preferredVersion", listed.get(0).deepCopy());
    return group;
  }

  private ObjectNode resources(String group, String version) {
    String groupVersion = group.isEmpty() ? version : group + "/" + version;
    ObjectNode list =
        JSON.objectNode()
            .put("kind", "APIResourceList")
            .put("apiVersion", "v1")
            .put("groupVersion", groupVersion);
    ArrayNode resources = list.putArray("resources");
    for (ResourceType type : types.all()) {
      if (type.apiVersion().equals(groupVersion)) {
        describe(resources, type);
      }
    }
    if (resources.isEmpty()) {
      throw ApiFailure.noSuchPath();
    }
    return list;
  }

  private static void describe(ArrayNode resources, ResourceType type) {
    ObjectNode resource = resources.addObject();
    resource.put("name", type.plural()).put("singularName", type.singular());
    resource.put("namespaced", type.namespaced()).put("kind", type.kind());
    ArrayNode verbs = resource.putArray("verbs");
    Stream.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
        .forEach(verbs::add);
    ArrayNode shortNames = resource.putArray("shortNames");
    type.shortNames().forEach(shortNames::add);
    if (ALL.contains(type.resource())) {
      resource.putArray("categories").add("all");
    }
    if (type.status()) {
      subresource(resources, type, "status", type.kind());
    }
    if (type.scale().isPresent()) {
      subresource(resources, type, "scale", "Scale")
          .put("group", "autoscaling")
          .put("version", "v1");
    }
  }

  private static ObjectNode subresource(
      ArrayNode resources, ResourceType type, String name, String kind) {
    ObjectNode resource = resources.addObject();
    resource.put("name", type.plural() + "/" + name).put("singularName", "");
    resource.put("namespaced", type.namespaced()).put("kind", kind);
    resource.putArray("verbs").add("get").add("patch").add("update");
    return resource;
  }

  private ObjectNode openApiPaths() {
    ObjectNode root = JSON.objectNode();
    ObjectNode paths = root.putObject("paths");
    for (ResourceType type : types.all()) {
      String path = (type.group().isEmpty() ? "api/" : "apis/") + type.apiVersion();
      paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path);
    }
    return root;
  }

  /**
   * Says that the server validates fields itself, which {@code kubectl apply} looks for, and has
   * the schemas of custom resources, which {@code kubectl explain} shows.
   */
  private ObjectNode openApi(List<String> groupVersion) {
    String wanted = String.join("/", groupVersion.subList(1, groupVersion.size()));
    ObjectNode document = JSON.objectNode().put("openapi", "3.0.0");
    document.putObject("info").put("title", "macpool").put("version", "v1");
    ObjectNode paths = document.putObject("paths");
    for (ResourceType type : types.all()) {
      if (type.apiVersion().equals(wanted)) {
        String root = (type.group().isEmpty() ? "/api/" : "/apis/") + type.apiVersion();
        ObjectNode patch =
            paths.putObject(root + "/" + type.plural() + "/{name}").putObject("patch");
        patch.putArray("parameters").addObject().put("name", "fieldValidation").put("in", "query");
        patch.set("x-kubernetes-group-version-kind", kind(type));
        if (type.schema() instanceof ObjectNode schema) {
          ObjectNode named = schema.deepCopy();
          named.putArray("x-kubernetes-group-version-kind").add(kind(type));
          document
              .withObjectProperty("components")
              .withObjectProperty("schemas")
              .set(type.resource(), named);
        }
      }
    }
    return document;
  }

  private static ObjectNode kind(ResourceType type) {
    return JSON.objectNode()
        .put("group", type.group())
        .put("version", type.version())
        .put("kind", type.kind());
  }

  private static JsonNode review(JsonNode asked) {
    ObjectNode review = asked.deepCopy();
    ObjectNode status = review.putObject("status");
    if (asked.path("kind").asText().equals("SelfSubjectRulesReview")) {
      ObjectNode rule = status.putArray("resourceRules").addObject();
      rule.putArray("verbs").add("*");
      rule.putArray("apiGroups").add("*");
      rule.putArray("resources").add("*");
      status.putArray("nonResourceRules");
      status.put("incomplete", false);
    } else {
      status.put("allowed", true);
    }
    return review;
  }
}
