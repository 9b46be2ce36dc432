package io.macpool.gitops.change;

import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import io.macpool.gitops.yaml.YamlDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes a value in a file's text, and nothing else of it: comments and order stay. */
final class ScalarEdit {

  private static final Pattern FIELD =
      Pattern.compile("^(\\s*(?:- )?[^\\s:#][^:]*:\\s+)(\"[^\"]*\"|'[^']*'|[^\\s#]\\S*)(\\s.*)?$");

  private ScalarEdit() {}

  /**
   * The file with the scalar at {@code pointer} of its first document replaced.
   *
   * @throws TreeException if there is no scalar on a line of its own
   */
  static SourceFile set(SourceFile file, String pointer, String value) {
    YamlDocument document = file.documents().get(0);
    if (document.content().at(pointer).isMissingNode()) {
      throw new TreeException(
          file.path() + " has no " + pointer.substring(1).replace('/', '.') + ": add it by hand");
    }
    int line = document.lineOf(pointer);
    List<String> lines = new ArrayList<>(file.text().lines().toList());
    Matcher field = FIELD.matcher(lines.get(line - 1));
    if (!field.matches()) {
      throw new TreeException(
          file.path() + ":" + line + ": this is not \"key: value\" on one line; change it by hand");
    }
    String rest = field.group(3) == null ? "" : field.group(3);
    lines.set(line - 1, field.group(1) + value + rest);
    return SourceFile.of(file.path(), String.join("\n", lines) + "\n");
  }
}
