package io.macpool.gitops.tree;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.Objects;

/**
 * One HelmRelease of Flux v2, as it stands in its file.
 *
 * @param environment the directory's name
 */
public record Release(String environment, SourceFile file, YamlDocument document) {

  public static final String API_VERSION = "helm.toolkit.fluxcd.io/v2";
  public static final String KIND = "HelmRelease";
  static final String CHARTS = "./charts/";

  public Release {
    Objects.requireNonNull(environment, "environment");
  }

  public String name() {
    return document.name();
  }

  /** The name of the chart that {@code spec.chart.spec.chart} points to; empty if it is none. */
  public String chart() {
    String path = document.text("/spec/chart/spec/chart");
    return path.startsWith(CHARTS) ? path.substring(CHARTS.length()) : "";
  }

  public JsonNode values() {
    return document.content().at("/spec/values");
  }

  public Image image() {
    return new Image(
        document.text("/spec/values/image/repository"),
        document.text("/spec/values/image/tag"),
        document.text("/spec/values/image/digest"));
  }
}
