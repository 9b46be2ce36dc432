package io.macpool.gitops.tree;

import io.macpool.gitops.yaml.YamlDocument;
import io.macpool.gitops.yaml.YamlReader;
import io.macpool.gitops.yaml.YamlSyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One YAML file of the tree.
 *
 * @param path relative to the tree's root
 * @param text as it stands on disk
 * @param documents empty when the file cannot be read
 * @param unreadable why not, if so
 */
public record SourceFile(
    Path path, String text, List<YamlDocument> documents, Optional<Unreadable> unreadable) {

  /**
   * Where and why the file cannot be read.
   *
   * @param reason a clause without full stop
   * @param fix what to do: a clause without full stop
   */
  public record Unreadable(int line, String reason, String fix) {}

  public SourceFile {
    documents = List.copyOf(documents);
  }

  /** A file that holds {@code text}; never fails. */
  public static SourceFile of(Path path, String text) {
    try {
      return new SourceFile(path, text, YamlReader.read(text), Optional.empty());
    } catch (YamlSyntaxException e) {
      return new SourceFile(
          path,
          text,
          List.of(),
          Optional.of(new Unreadable(e.line(), String.valueOf(e.getMessage()), e.fix())));
    }
  }

  /** A symbolic link: Flux leaves links out of what it fetches, whatever they point to. */
  static SourceFile link(Path path) {
    return new SourceFile(
        path,
        "",
        List.of(),
        Optional.of(
            new Unreadable(
                1, "this is a symbolic link, which Flux leaves out", "Put the file itself here")));
  }

  public String fileName() {
    return path.getFileName().toString();
  }

  /** The file's name without its ending. */
  public String stem() {
    return fileName().replaceFirst("\\.ya?ml$", "");
  }

  /** The text of a line counted from 1, comments included. */
  public String line(int number) {
    List<String> lines = text.lines().toList();
    return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
  }
}
