package io.macpool.sim.kubernetes.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a pod's container sees: variables and mounted files, resolved from the objects named. */
final class PodEnvironment {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Za-z_][A-Za-z0-9_]*)\\)");

  private final NodeApi api;

  PodEnvironment(NodeApi api) {
    this.api = api;
  }

  /** Something that the pod names is not there; it waits until it is. */
  static final class Missing extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Missing(String what) {
      super(what, null, false, false);
    }
  }

  /**
   * The container's variables.
   *
   * @throws Missing naming the secret or config map that is not there
   */
  Map<String, String> variables(JsonNode pod, String podIp) {
    String namespace = Metadata.namespace(pod);
    JsonNode container = pod.path("spec").path("containers").path(0);
    Map<String, String> variables = new LinkedHashMap<>();
    for (JsonNode source : container.path("envFrom")) {
      String prefix = source.path("prefix").asText("");
      data(namespace, source.path("secretRef"), source.path("configMapRef"), "name")
          .forEach((name, value) -> variables.put(prefix + name, text(value)));
    }
    for (JsonNode variable : container.path("env")) {
      value(pod, variable, podIp)
          .ifPresent(
              value -> variables.put(variable.path("name").asText(), expand(value, variables)));
    }
    return variables;
  }

  private Optional<String> value(JsonNode pod, JsonNode variable, String podIp) {
    JsonNode from = variable.path("valueFrom");
    if (from.has("fieldRef")) {
      return Optional.of(field(pod, from.path("fieldRef").path("fieldPath").asText(), podIp));
    }
    if (from.has("secretKeyRef") || from.has("configMapKeyRef")) {
      JsonNode reference =
          from.has("secretKeyRef") ? from.path("secretKeyRef") : from.path("configMapKeyRef");
      String key = reference.path("key").asText();
      byte[] value =
          data(
                  Metadata.namespace(pod),
                  from.path("secretKeyRef"),
                  from.path("configMapKeyRef"),
                  "name")
              .get(key);
      if (value == null && !reference.path("optional").asBoolean()) {
        throw new Missing("couldn't find key " + key + " in " + reference.path("name").asText());
      }
      return Optional.ofNullable(value).map(PodEnvironment::text);
    }
    return Optional.of(variable.path("value").asText(""));
  }

  private static String field(JsonNode pod, String path, String podIp) {
    return switch (path) {
      case "metadata.name" -> Metadata.name(pod);
      case "metadata.namespace" -> Metadata.namespace(pod);
      case "metadata.uid" -> Metadata.uid(pod);
      case "status.podIP", "status.podIPs" -> podIp;
      case "status.hostIP" -> "127.0.0.1";
      case "spec.nodeName" -> "sim";
      default -> throw new Missing("field " + path + " is not known");
    };
  }

  private static String expand(String value, Map<String, String> variables) {
    Matcher reference = REFERENCE.matcher(value);
    return reference.replaceAll(
        found -> Matcher.quoteReplacement(variables.getOrDefault(found.group(1), found.group())));
  }

  /** The content of the secret or config map that a reference names by its member {@code name}. */
  private Map<String, byte[]> data(
      String namespace, JsonNode secret, JsonNode configMap, String name) {
    JsonNode reference = secret.isMissingNode() ? configMap : secret;
    String resource = secret.isMissingNode() ? "configmaps" : "secrets";
    String named = reference.path(name).asText();
    Optional<ObjectNode> object = api.get(new ObjectKey(resource, namespace, named));
    if (object.isEmpty()) {
      if (reference.path("optional").asBoolean()) {
        return Map.of();
      }
      throw new Missing(
          resource.substring(0, resource.length() - 1) + " \"" + named + "\" not found");
    }
    Map<String, byte[]> content = new LinkedHashMap<>();
    for (var entry : object.get().path("data").properties()) {
      String text = entry.getValue().asText();
      content.put(
          entry.getKey(),
          resource.equals("secrets")
              ? Base64.getDecoder().decode(text)
              : text.getBytes(StandardCharsets.UTF_8));
    }
    return content;
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  /**
   * Writes the container's volumes below {@code directory}, each into a directory of its own.
   *
   * @return the directories by mount path
   * @throws Missing naming the secret or config map that is not there
   */
  Map<String, Path> volumes(JsonNode pod, Path directory) throws IOException {
    Map<String, Path> mounted = new LinkedHashMap<>();
    for (JsonNode mount : pod.path("spec").path("containers").path(0).path("volumeMounts")) {
      String name = mount.path("name").asText();
      for (JsonNode volume : pod.path("spec").path("volumes")) {
        if (volume.path("name").asText().equals(name)) {
          Path target = Files.createDirectories(directory.resolve(name));
          fill(pod, volume, target);
          mounted.put(mount.path("mountPath").asText(), target);
        }
      }
    }
    return mounted;
  }

  private void fill(JsonNode pod, JsonNode volume, Path target) throws IOException {
    Map<String, byte[]> content = Map.of();
    JsonNode items = volume.path("secret").path("items");
    if (volume.has("secret")) {
      JsonNode none = volume.path("none");
      content = data(Metadata.namespace(pod), volume.path("secret"), none, "secretName");
    } else if (volume.has("configMap")) {
      JsonNode none = volume.path("none");
      content = data(Metadata.namespace(pod), none, volume.path("configMap"), "name");
      items = volume.path("configMap").path("items");
    }
    for (Map.Entry<String, byte[]> file : content.entrySet()) {
      for (String name : names(items, file.getKey())) {
        Path path = target.resolve(name).normalize();
        if (path.startsWith(target)) {
          Files.createDirectories(path.getParent());
          Files.write(path, file.getValue());
        }
      }
    }
  }

  private static Iterable<String> names(JsonNode items, String key) {
    if (!items.isArray()) {
      return List.of(key);
    }
    List<String> names = new ArrayList<>();
    for (JsonNode item : items) {
      if (item.path("key").asText().equals(key)) {
        names.add(item.path("path").asText());
      }
    }
    return names;
  }
}
