package io.macpool.gitops.change;

import io.macpool.gitops.tree.Environment;
import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import io.macpool.gitops.yaml.ScalarText;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlDocument.Span;
import java.nio.file.Path;

/** The resources that an environment's kustomization.yaml lists. */
final class ResourceList {

  private ResourceList() {}

  /**
   * The list with one more file in it, before the first that comes after it in the alphabet; the
   * rest of the text stays.
   *
   * @throws TreeException when there is no list of one entry a line to add to
   */
  static SourceFile add(Environment environment, Path file) {
    SourceFile list =
        environment.files().stream()
            .filter(each -> each.path().equals(file.resolveSibling("kustomization.yaml")))
            .findFirst()
            .orElseThrow(
                () ->
                    new TreeException(file.getParent() + " has no kustomization.yaml to list it"));
    YamlDocument document = list.documents().get(0);
    int count = document.content().path("resources").size();
    String name = file.getFileName().toString();
    int place = 0;
    while (place < count && document.text("/resources/" + place).compareTo(name) < 0) {
      place++;
    }
    Span neighbour = document.scalars().get("/resources/" + Math.min(place, count - 1));
    if (neighbour == null) {
      throw new TreeException(list.path() + " lists no resources: add " + name + " by hand");
    }
    String text = list.text();
    int begin = text.lastIndexOf('\n', neighbour.start() - 1) + 1;
    String lead = text.substring(begin, neighbour.start());
    if (!lead.matches(" *- +")) {
      throw new TreeException(
          list.path() + " lists its resources not one a line: add " + name + " by hand");
    }
    String lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
    String entry = lead + ScalarText.of(name) + lineEnd;
    int at = place < count ? begin : endOfLine(text, neighbour.end());
    String before = text.substring(0, at);
    String open = before.isEmpty() || before.endsWith("\n") ? "" : lineEnd;
    return SourceFile.of(list.path(), before + open + entry + text.substring(at));
  }

  private static int endOfLine(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end + 1;
  }
}
