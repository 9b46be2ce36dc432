package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Old files made into new ones.
 *
 * @param files by name: one a release, and image-automation.yaml if any was automated
 * @param notes what could not be carried as it was, by old file and line
 */
public record Migration(Map<String, String> files, List<Note> notes) {

  private static final Set<String> CARRIED =
      Set.of(
          "chartGitPath",
          "chart",
          "releaseName",
          "values",
          "timeout",
          "forceUpgrade",
          "maxHistory",
          "targetNamespace",
          "valueFileSecrets",
          "valuesFrom",
          "test",
          "wait",
          "helmVersion");

  public Migration {
    files = Map.copyOf(files);
    notes = List.copyOf(notes);
  }

  /** Converts every release of Flux v1 in {@code old}; other documents are told of and left. */
  public static Migration of(List<SourceFile> old, Map<String, Chart> charts) {
    Map<String, String> files = new TreeMap<>();
    List<Note> notes = new ArrayList<>();
    ImageObjects images = new ImageObjects();
    for (SourceFile file : old) {
      file.unreadable()
          .ifPresent(
              broken ->
                  notes.add(
                      new Note(file.path(), broken.line(), "not carried: " + broken.reason())));
      if (file.text()
          .lines()
          .anyMatch(line -> line.strip().startsWith("#") || line.contains(" #"))) {
        notes.add(new Note(file.path(), 1, "comments are not carried"));
      }
      for (YamlDocument document : file.documents()) {
        if (LegacyRelease.isOne(document)) {
          convert(new LegacyRelease(file, document), charts, images, files, notes);
        } else {
          notes.add(
              new Note(
                  file.path(),
                  document.lineOf(""),
                  "not carried: "
                      + document.apiVersion()
                      + " "
                      + document.kind()
                      + " is no release of Flux v1"));
        }
      }
    }
    if (!images.isEmpty()) {
      files.put("image-automation.yaml", images.text());
    }
    return new Migration(files, notes);
  }

  private static void convert(
      LegacyRelease release,
      Map<String, Chart> charts,
      ImageObjects images,
      Map<String, String> files,
      List<Note> notes) {
    Path path = release.file().path();
    Chart chart = charts.get(release.chart());
    if (chart == null) {
      String from =
          release.document().text("/spec/chart/repository").isEmpty()
              ? "charts/" + release.chart() + " is not in the tree"
              : "its chart comes from the Helm repository "
                  + release.document().text("/spec/chart/repository")
                  + ": write a HelmRepository and a HelmRelease for it";
      notes.add(new Note(path, release.document().lineOf("/spec"), "not carried: " + from));
      return;
    }
    ObjectNode values = new CarriedValues(release, notes).of(chart);
    noteSpec(release, notes);
    noteAnnotations(release, notes);
    List<String> markers = images.add(release, values, notes);
    files.put(release.name() + ".yaml", new ReleaseText(release, chart, values, markers).text());
    if (values.at("/image/digest").asText().isEmpty()) {
      notes.add(
          new Note(
              path,
              release.document().lineOf("/spec/values/image"),
              "the image has no digest: add image.repository, image.tag and image.digest"));
    }
  }

  private static void noteSpec(LegacyRelease release, List<Note> notes) {
    JsonNode spec = release.document().content().path("spec");
    spec.properties()
        .forEach(
            entry -> {
              String reason = reason(entry.getKey(), entry.getValue());
              if (reason != null) {
                notes.add(
                    new Note(
                        release.file().path(),
                        release.document().lineOf("/spec/" + entry.getKey()),
                        "spec." + entry.getKey() + " (" + entry.getValue() + ") " + reason));
              }
            });
    String ref = release.document().text("/spec/chart/ref");
    if (!ref.isEmpty()) {
      notes.add(
          new Note(
              release.file().path(),
              release.document().lineOf("/spec/chart/ref"),
              "spec.chart.ref ("
                  + ref
                  + ") is now the environment's branch, in its GitRepository"));
    }
  }

  private static String reason(String field, JsonNode value) {
    if (field.equals("rollback")) {
      return "is replaced: every release rolls back after three tries";
    }
    if (field.equals("helmVersion") && !value.asText().equals("v3")) {
      return "is not carried: a release that Helm 2 made must be adopted by Helm 3 first";
    }
    return CARRIED.contains(field) ? null : "is not carried: Flux v2 has no such field";
  }

  private static void noteAnnotations(LegacyRelease release, List<Note> notes) {
    int line = release.document().lineOf("/metadata/annotations");
    for (String annotation : release.unknownAnnotations()) {
      notes.add(
          new Note(
              release.file().path(), line, "the annotation " + annotation + " is not carried"));
    }
    if (release.isIgnored()) {
      notes.add(
          new Note(
              release.file().path(),
              line,
              "ignored before: carried as kustomize.toolkit.fluxcd.io/reconcile: disabled"));
    }
    if (release.isLocked()) {
      notes.add(
          new Note(release.file().path(), line, "locked before: carried as no image automation"));
    }
  }
}
