package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One HelmRelease of Flux v2, as it stands in its file.
 *
 * @param environment the directory's name
 * @param effective the values that Flux hands to Helm
 */
public record Release(
    String environment, SourceFile file, YamlDocument document, ReleaseValues effective) {

  public static final String API_VERSION = "helm.toolkit.fluxcd.io/v2";
  public static final String KIND = "HelmRelease";
  private static final Pattern CHART =
      Pattern.compile("charts/([^/]+)|releases/[^/]+/charts/([^/]+)-[0-9]+\\.[0-9]+\\.[0-9]+[^/]*");

  public Release {
    Objects.requireNonNull(environment, "environment");
  }

  public String name() {
    return document.name();
  }

  /** The name of the chart that {@code spec.chart.spec.chart} points to; empty if it is none. */
  public String chart() {
    Matcher path = CHART.matcher(chartPath().toString());
    return !path.matches() ? "" : path.group(1) != null ? path.group(1) : path.group(2);
  }

  /** The chart's directory, relative to the tree's root. */
  public Path chartPath() {
    return Path.of(document.text("/spec/chart/spec/chart")).normalize();
  }

  /** What Helm gets: {@code spec.values} over what {@code valuesFrom} brings. */
  public JsonNode values() {
    return effective.values();
  }

  /** The entries of {@code valuesFrom} whose values are not known. */
  public List<ReleaseValues.Unfollowed> unfollowed() {
    return effective.unfollowed();
  }

  public Image image() {
    return new Image(
        values().at("/image/repository").asText(""),
        values().at("/image/tag").asText(""),
        values().at("/image/digest").asText(""));
  }
}
