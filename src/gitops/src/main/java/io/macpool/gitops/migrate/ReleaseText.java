package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.yaml.ScalarText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A release of Flux v2 as text, in the order and with the safety that this tree's releases have.
 *
 * @param written its values, which know how many comments they carry once the text is made
 */
record ReleaseText(LegacyRelease release, Chart chart, ObjectNode values, ValuesText written) {

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n");
    appendMetadata(text);
    text.append("spec:\n  interval: 10m\n");
    text.append("  releaseName: ").append(ScalarText.of(release.releaseName())).append('\n');
    appendDependencies(text);
    appendOptional(text);
    text.append("  chart:\n    spec:\n      chart: ./").append(chart.path()).append('\n');
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
      text.append("  values:\n").append(written.of(values, "    "));
    }
    return text.toString();
  }

  private void appendMetadata(StringBuilder text) {
    text.append("metadata:\n  name: ").append(ScalarText.of(release.name()));
    text.append("\n  namespace: ")
        .append(ScalarText.of(release.document().text("/metadata/namespace")));
    text.append("\n  labels:\n    chart: ").append(chart.name()).append('\n');
    Map<String, String> annotations = new TreeMap<>(release.otherAnnotations());
    if (release.isIgnored()) {
      annotations.put("kustomize.toolkit.fluxcd.io/reconcile", "disabled");
    }
    if (!annotations.isEmpty()) {
      text.append("  annotations:\n");
      annotations.forEach(
          (name, value) ->
              text.append("    ")
                  .append(ScalarText.of(name))
                  .append(": ")
                  .append(ScalarText.of(value))
                  .append('\n'));
    }
  }

  /** A worker comes after the operator that looks after it, and after its broker. */
  private void appendDependencies(StringBuilder text) {
    List<String> names = new ArrayList<>();
    if (chart.name().equals(Chart.WORKER)) {
      if (values.at("/cluster/enabled").asBoolean()) {
        names.add(Chart.OPERATOR);
      }
      names.add(values.path("jupiterBrainName").asText());
    }
    names.removeIf(String::isEmpty);
    if (!names.isEmpty()) {
      text.append("  dependsOn:\n");
      names.forEach(name -> text.append("    - name: ").append(ScalarText.of(name)).append('\n'));
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
          .append(ScalarText.of(release.spec("targetNamespace").asText()))
          .append('\n');
    }
    if (release.spec("test").path("enable").asBoolean()) {
      text.append("  test:\n    enable: true\n");
      if (release.spec("test").path("timeout").isNumber()) {
        text.append("    timeout: ")
            .append(release.spec("test").path("timeout").asText())
            .append("s\n");
      }
    }
  }

  private void appendValuesFrom(StringBuilder text) {
    StringBuilder entries = new StringBuilder();
    for (JsonNode secret : release.spec("valueFileSecrets")) {
      entries
          .append("    - kind: Secret\n      name: ")
          .append(ScalarText.of(secret.path("name").asText()))
          .append('\n');
    }
    for (JsonNode source : release.spec("valuesFrom")) {
      boolean secret = source.has("secretKeyRef");
      JsonNode reference = source.path(secret ? "secretKeyRef" : "configMapKeyRef");
      if (reference.isObject()) {
        entries.append("    - kind: ").append(secret ? "Secret" : "ConfigMap");
        entries.append("\n      name: ").append(ScalarText.of(reference.path("name").asText()));
        entries.append('\n');
        if (reference.has("key")) {
          entries
              .append("      valuesKey: ")
              .append(ScalarText.of(reference.path("key").asText()))
              .append('\n');
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
}
