package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.tree.Chart;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * A release of Flux v2 as text, in the order and with the safety that this tree's releases have.
 */
record ReleaseText(LegacyRelease release, Chart chart, ObjectNode values, List<String> markers) {

  private static final ObjectMapper JSON = new ObjectMapper();

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n");
    appendMetadata(text);
    text.append("spec:\n  interval: 10m\n");
    text.append("  releaseName: ").append(release.releaseName()).append('\n');
    appendOptional(text);
    text.append("  chart:\n    spec:\n      chart: ./charts/").append(chart.name()).append('\n');
    text.append("      version: ").append(chart.version()).append('\n');
    text.append("      reconcileStrategy: Revision\n");
    text.append("      sourceRef:\n        kind: GitRepository\n        name: macpool\n");
    text.append("  install:\n    crds: Create\n    remediation:\n      retries: 3\n");
    text.append("  upgrade:\n    crds: CreateReplace\n    cleanupOnFail: true\n");
    if (release.spec("forceUpgrade").asBoolean()) {
      text.append("    force: true\n");
    }
    text.append("    remediation:\n      retries: 3\n      strategy: rollback\n");
    text.append("      remediateLastFailure: true\n");
    text.append("  driftDetection:\n    mode: enabled\n");
    appendValuesFrom(text);
    if (!values.isEmpty()) {
      text.append("  values:\n").append(marked(indent(dump(values), "    ")));
    }
    return text.toString();
  }

  private void appendMetadata(StringBuilder text) {
    text.append("metadata:\n  name: ").append(release.name());
    text.append("\n  namespace: ").append(release.document().text("/metadata/namespace"));
    text.append("\n  labels:\n    chart: ").append(chart.name()).append('\n');
    Map<String, Object> annotations = new TreeMap<>(release.otherAnnotations());
    if (release.isIgnored()) {
      annotations.put("kustomize.toolkit.fluxcd.io/reconcile", "disabled");
    }
    if (!annotations.isEmpty()) {
      text.append("  annotations:\n").append(indent(dump(JSON.valueToTree(annotations)), "    "));
    }
  }

  private void appendOptional(StringBuilder text) {
    if (release.spec("timeout").isNumber()) {
      text.append("  timeout: ").append(release.spec("timeout").asText()).append("s\n");
    }
    if (release.spec("maxHistory").isNumber()) {
      text.append("  maxHistory: ").append(release.spec("maxHistory").asText()).append('\n');
    }
    if (release.spec("targetNamespace").isTextual()) {
      text.append("  targetNamespace: ")
          .append(release.spec("targetNamespace").asText())
          .append('\n');
    }
    if (release.spec("test").path("enable").asBoolean()) {
      text.append("  test:\n    enable: true\n");
    }
  }

  private void appendValuesFrom(StringBuilder text) {
    StringBuilder entries = new StringBuilder();
    for (JsonNode secret : release.spec("valueFileSecrets")) {
      entries.append("    - kind: Secret\n      name: ").append(secret.path("name").asText());
      entries.append('\n');
    }
    for (JsonNode source : release.spec("valuesFrom")) {
      boolean secret = source.has("secretKeyRef");
      JsonNode reference = source.path(secret ? "secretKeyRef" : "configMapKeyRef");
      if (reference.isObject()) {
        entries.append("    - kind: ").append(secret ? "Secret" : "ConfigMap");
        entries.append("\n      name: ").append(reference.path("name").asText()).append('\n');
        if (reference.has("key")) {
          entries.append("      valuesKey: ").append(reference.path("key").asText()).append('\n');
        }
        if (reference.path("optional").asBoolean()) {
          entries.append("      optional: true\n");
        }
      }
    }
    if (!entries.isEmpty()) {
      text.append("  valuesFrom:\n").append(entries);
    }
  }

  /** Ends the lines of image tags with the marker that image automation looks for. */
  private String marked(String text) {
    String marked = text;
    for (String marker : markers) {
      String policy = marker.substring(marker.indexOf('=') + 1);
      String pointer = marker.substring(0, marker.indexOf('='));
      String tag = values.at(pointer).asText();
      String quoted = Pattern.quote(tag);
      marked =
          marked.replaceFirst(
              "(?m)^( +tag: ['\"]?" + quoted + "['\"]?)$",
              "$1 # {\"\\$imagepolicy\": \"" + policy + ":tag\"}");
    }
    return marked;
  }

  private static String dump(JsonNode value) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndent(2)
            .setIndicatorIndent(2)
            .setIndentWithIndicator(true)
            .build();
    return new Dump(settings).dumpToString(JSON.convertValue(value, Object.class));
  }

  private static String indent(String text, String by) {
    return text.lines().map(line -> by + line + "\n").reduce("", String::concat);
  }
}
