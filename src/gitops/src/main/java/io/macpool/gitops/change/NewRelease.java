package io.macpool.gitops.change;

import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.Release;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A further release of a chart, made like one that the environment already has. */
public final class NewRelease {

  private static final String BROKER = "/spec/values/jupiterBrainName";

  private NewRelease() {}

  /**
   * The new file, and the environment's list with the file in it.
   *
   * @param values dotted path below {@code spec.values} to the text to stand there; each must exist
   *     in the release that is copied
   * @throws TreeException when the name is taken, or a value is not there to be replaced
   */
  public static List<SourceFile> plan(
      Environment environment, Release like, String name, Map<String, String> values) {
    if (environment.release(name).isPresent()) {
      throw new TreeException("there is a release " + name + " in " + environment.name());
    }
    Path path = like.file().path().resolveSibling(name + ".yaml");
    SourceFile file = SourceFile.of(path, like.file().text());
    file = ScalarEdit.set(file, "/metadata/name", name);
    file = ScalarEdit.set(file, "/spec/releaseName", name);
    if (file.documents().get(0).text("/spec/values/secretName").equals(like.name())) {
      file = ScalarEdit.set(file, "/spec/values/secretName", name);
    }
    String oldBroker = file.documents().get(0).text(BROKER);
    for (Map.Entry<String, String> value : values.entrySet()) {
      file =
          ScalarEdit.set(
              file, "/spec/values/" + value.getKey().replace('.', '/'), value.getValue());
    }
    String broker = file.documents().get(0).text(BROKER);
    if (!broker.equals(oldBroker)) {
      file =
          SourceFile.of(
              path,
              file.text()
                  .replace("    - name: " + oldBroker + "\n", "    - name: " + broker + "\n"));
    }
    return List.of(file, listed(environment, path));
  }

  private static SourceFile listed(Environment environment, Path path) {
    SourceFile list =
        environment.files().stream()
            .filter(file -> file.path().equals(path.resolveSibling("kustomization.yaml")))
            .findFirst()
            .orElseThrow(
                () ->
                    new TreeException(path.getParent() + " has no kustomization.yaml to list it"));
    List<String> lines = new ArrayList<>(list.text().lines().toList());
    String entry = "  - " + path.getFileName();
    int place = lines.indexOf("resources:") + 1;
    if (place == 0) {
      throw new TreeException(list.path() + " has no line \"resources:\"");
    }
    while (place < lines.size()
        && lines.get(place).startsWith("  - ")
        && lines.get(place).compareTo(entry) < 0) {
      place++;
    }
    lines.add(place, entry);
    return SourceFile.of(list.path(), String.join("\n", lines) + "\n");
  }
}
