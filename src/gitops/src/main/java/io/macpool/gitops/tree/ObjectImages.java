package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The images that an object makes the cluster run or mount, whatever its kind: every member {@code
 * image}, of containers of all sorts in Kubernetes' kinds and in custom resources, and the {@code
 * reference} of an image that is a volume.
 */
public final class ObjectImages {

  private static final Pattern PINNED = Pattern.compile(".+@(sha256:[0-9a-f]{64})");

  /** Their members are texts of programs, or settings of Flux, not what runs. */
  private static final Set<String> DATA = Set.of("ConfigMap", "Secret", "CustomResourceDefinition");

  private ObjectImages() {}

  /**
   * An image by its name in the object.
   *
   * @param pointer to it, in the object
   */
  public record Found(String pointer, String reference) {

    /** Without it the name may come to mean another image; empty if it has none. */
    public String digest() {
      Matcher pinned = PINNED.matcher(reference);
      return pinned.matches() ? pinned.group(1) : "";
    }
  }

  /** All of them; none of an object of Flux or kustomize, whose objects are judged themselves. */
  public static List<Found> of(YamlDocument object) {
    List<Found> found = new ArrayList<>();
    String api = object.apiVersion();
    boolean deploys = api.contains(".fluxcd.io/") || api.startsWith("kustomize.config.k8s.io/");
    if (!deploys && !DATA.contains(object.kind())) {
      collect(object.content(), "", found);
    }
    return found;
  }

  private static void collect(JsonNode value, String pointer, List<Found> found) {
    for (int i = 0; i < value.size() && value.isArray(); i++) {
      collect(value.get(i), pointer + "/" + i, found);
    }
    for (var member : value.properties()) {
      JsonNode child = member.getValue();
      String at = pointer + "/" + YamlReader.escape(member.getKey());
      if (member.getKey().equals("image") && child.isTextual()) {
        found.add(new Found(at, child.asText()));
      } else if (member.getKey().equals("image") && child.path("reference").isTextual()) {
        found.add(new Found(at + "/reference", child.path("reference").asText()));
      }
      collect(child, at, found);
    }
  }
}
