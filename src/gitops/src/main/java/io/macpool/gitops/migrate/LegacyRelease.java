package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A release in one of the three forms that Flux v1 had. */
record LegacyRelease(SourceFile file, YamlDocument document) {

  private static final Set<String> KINDS =
      Set.of(
          "helm.integrations.flux.weave.works/v1alpha2/FluxHelmRelease",
          "flux.weave.works/v1beta1/HelmRelease",
          "helm.fluxcd.io/v1/HelmRelease");

  static boolean isOne(YamlDocument document) {
    return KINDS.contains(document.apiVersion() + "/" + document.kind());
  }

  String name() {
    return document.name();
  }

  String releaseName() {
    String given = document.text("/spec/releaseName");
    return given.isEmpty() ? name() : given;
  }

  /** The chart's directory in {@code charts/}; empty when it comes from elsewhere. */
  String chart() {
    String path = document.text("/spec/chartGitPath");
    if (path.isEmpty()) {
      path = document.text("/spec/chart/path");
    }
    return path.replaceFirst("^(\\./)?(charts/)?", "").replaceFirst("/$", "");
  }

  JsonNode values() {
    return document.content().at("/spec/values");
  }

  JsonNode spec(String field) {
    return document.content().path("spec").path(field);
  }

  boolean isAutomated() {
    return isTrue("automated");
  }

  /** Whether Flux v1 left the object alone. */
  boolean isIgnored() {
    return isTrue("ignore");
  }

  boolean isLocked() {
    return isTrue("locked");
  }

  List<TagFilter> tagFilters() {
    List<TagFilter> filters = new ArrayList<>();
    annotations()
        .forEach(
            (name, value) -> {
              TagFilter filter = TagFilter.of(name, value);
              if (filter != null) {
                filters.add(filter);
              }
            });
    return filters;
  }

  /** Annotations that are not Flux v1's own. */
  Map<String, String> otherAnnotations() {
    Map<String, String> others = new TreeMap<>(annotations());
    others
        .keySet()
        .removeIf(name -> name.contains("fluxcd.io/") || name.startsWith("flux.weave.works/"));
    return others;
  }

  /** Flux v1's annotations that nothing here understands. */
  List<String> unknownAnnotations() {
    return annotations().keySet().stream()
        .filter(name -> name.contains("fluxcd.io/") || name.startsWith("flux.weave.works/"))
        .filter(name -> TagFilter.of(name, "") == null)
        .filter(name -> !name.matches(".*/(automated|ignore|locked|locked_msg|locked_user)"))
        .toList();
  }

  private boolean isTrue(String what) {
    return "true".equals(annotations().get("fluxcd.io/" + what))
        || "true".equals(annotations().get("flux.weave.works/" + what));
  }

  private Map<String, String> annotations() {
    Map<String, String> annotations = new TreeMap<>();
    document
        .content()
        .at("/metadata/annotations")
        .properties()
        .forEach(entry -> annotations.put(entry.getKey(), entry.getValue().asText()));
    return annotations;
  }
}
