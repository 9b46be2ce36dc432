package io.macpool.gitops.change;

import io.macpool.gitops.tree.SourceFile;
import io.macpool.gitops.tree.TreeException;
import io.macpool.gitops.yaml.ScalarText;
import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlDocument.Span;

/**
 * Changes one scalar in a file's text and not a byte more: comments, order, quotes elsewhere and
 * the ends of lines stay.
 */
final class ScalarEdit {

  private ScalarEdit() {}

  /**
   * The file with the text {@code value} at {@code pointer} of its first document. A value that is
   * that text already stays as it is written.
   *
   * @throws TreeException if there is no scalar of its own to replace
   */
  static SourceFile set(SourceFile file, String pointer, String value) {
    YamlDocument document = file.documents().get(0);
    if (document.content().at(pointer).isTextual() && document.text(pointer).equals(value)) {
      return file;
    }
    return replace(file, pointer, ScalarText.of(value));
  }

  /** As {@link #set}, for what is YAML already: a number, true or false. */
  static SourceFile replace(SourceFile file, String pointer, String yaml) {
    YamlDocument document = file.documents().get(0);
    if (document.content().at(pointer).isMissingNode()) {
      throw new TreeException(
          file.path() + " has no " + pointer.substring(1).replace('/', '.') + ": add it by hand");
    }
    Span span = document.scalars().get(pointer);
    if (span == null || span.block() || isShared(document, span)) {
      throw new TreeException(
          file.path()
              + ":"
              + document.lineOf(pointer)
              + ": this is no value of its own on one line; change it by hand");
    }
    String text = file.text();
    boolean empty = span.start() == span.end();
    String before = text.substring(0, span.start());
    return SourceFile.of(
        file.path(), before + (empty ? " " : "") + yaml + text.substring(span.end()));
  }

  /** Whether an alias makes the same text the value of several members. */
  private static boolean isShared(YamlDocument document, Span span) {
    return document.scalars().values().stream().filter(span::equals).count() > 1;
  }
}
