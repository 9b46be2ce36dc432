package io.macpool.gitops.yaml;

import org.jspecify.annotations.Nullable;

/**
 * Text that is not YAML, or not the YAML that all readers of a release file read alike. The message
 * is a clause that says which of the two it is.
 */
public final class YamlSyntaxException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final String fix;

  private YamlSyntaxException(int line, String message, String fix, @Nullable Throwable cause) {
    super(message, cause);
    this.line = line;
    this.fix = fix;
  }

  /** No reader takes it. */
  static YamlSyntaxException notYaml(int line, String problem, Throwable cause) {
    return new YamlSyntaxException(
        line,
        "this is not YAML: " + problem.replaceAll("\\.$", ""),
        "Mend the line, or the indentation above it",
        cause);
  }

  /** It is YAML, and refused for what readers make of it. */
  static YamlSyntaxException refused(int line, String why, String fix) {
    return new YamlSyntaxException(line, why, fix, null);
  }

  /** Counted from 1. */
  public int line() {
    return line;
  }

  /** What to do: a clause without full stop. */
  public String fix() {
    return fix;
  }
}
