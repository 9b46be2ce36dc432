package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.gitops.tree.Chart;
import io.macpool.gitops.tree.DeployTree;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.yaml.YamlDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
  public static Migration of(List<SourceFile> old, DeployTree tree) {
    Map<String, String> files = new TreeMap<>();
    List<Note> notes = new ArrayList<>();
    ImageObjects images = new ImageObjects();
    for (SourceFile file : old) {
      file.unreadable()
          .ifPresent(
              broken ->
                  notes.add(
                      new Note(file.path(), broken.line(), "not carried: " + broken.reason())));
      int carried = 0;
      for (YamlDocument document : file.documents()) {
        if (LegacyRelease.isOne(document)) {
          carried += convert(new LegacyRelease(file, document), tree, images, files, notes);
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
      noteComments(file, carried, notes);
    }
    if (!images.isEmpty()) {
      files.put("image-automation.yaml", images.text());
    }
    return new Migration(files, notes);
  }

  private static void noteComments(SourceFile file, int carried, List<Note> notes) {
    long comments =
        file.text()
            .lines()
            .filter(line -> line.strip().startsWith("#") || line.contains(" #"))
            .count();
    if (carried < comments) {
      notes.add(
          new Note(
              file.path(),
              1,
              (comments - carried) + " of " + comments + " comments are not carried"));
    }
  }

  /** The number of comments that were carried. */
  private static int convert(
      LegacyRelease release,
      DeployTree tree,
      ImageObjects images,
      Map<String, String> files,
      List<Note> notes) {
    Path path = release.file().path();
    String namespace = release.document().text("/metadata/namespace");
    Chart chart = tree.chartsOf(namespace).get(release.chart());
    if (chart == null) {
      String from =
          release.document().text("/spec/chart/repository").isEmpty()
              ? "charts/" + release.chart() + " is not in the tree"
              : "its chart comes from the Helm repository "
                  + release.document().text("/spec/chart/repository")
                  + ": write a HelmRepository and a HelmRelease for it";
      notes.add(new Note(path, release.document().lineOf("/spec"), "not carried: " + from));
      return 0;
    }
    ObjectNode values = new CarriedValues(release, notes).of(chart);
    noteSpec(release, notes);
    noteSources(release, notes);
    noteAnnotations(release, notes);
    ValuesText written = new ValuesText(release, images.add(release, values, notes));
    String text = new ReleaseText(release, chart, values, written).text();
    boolean windows = release.file().text().contains("\r\n");
    files.put(release.name() + ".yaml", windows ? text.replace("\n", "\r\n") : text);
    if (values.at("/image/digest").asText().isEmpty()) {
      notes.add(
          new Note(
              path,
              release.document().lineOf("/spec/values/image"),
              "the image has no digest: add image.repository, image.tag and image.digest, with"
                  + " their markers"));
    }
    return written.comments();
  }

  /** Sources of values that Flux v2 does not have, or not in this form. */
  private static void noteSources(LegacyRelease release, List<Note> notes) {
    JsonNode sources = release.spec("valuesFrom");
    for (int i = 0; i < sources.size(); i++) {
      for (Map.Entry<String, JsonNode> source : sources.get(i).properties()) {
        String reason = sourceReason(source.getKey(), source.getValue());
        if (reason != null) {
          String field = "valuesFrom[" + i + "]." + source.getKey();
          notes.add(
              new Note(
                  release.file().path(),
                  release.document().lineOf("/spec/valuesFrom/" + i),
                  "spec." + field + " (" + source.getValue() + ") " + reason));
        }
      }
    }
    release
        .spec("test")
        .properties()
        .forEach(
            entry -> {
              if (!entry.getKey().matches("enable|timeout")) {
                notes.add(
                    new Note(
                        release.file().path(),
                        release.document().lineOf("/spec/test/" + entry.getKey()),
                        "spec.test."
                            + entry.getKey()
                            + " ("
                            + entry.getValue()
                            + ") is not carried"));
              }
            });
  }

  private static @Nullable String sourceReason(String field, JsonNode value) {
    if (!field.matches("secretKeyRef|configMapKeyRef")) {
      return "is not carried: Flux v2 takes values from ConfigMaps and Secrets only";
    }
    return value.path("namespace").asText().isEmpty()
        ? null
        : "is carried without its namespace: Flux v2 reads the release's own";
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

  private static @Nullable String reason(String field, JsonNode value) {
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
