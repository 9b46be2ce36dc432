package io.macpool.gitops.yaml;

/** Text that is not YAML, or not the YAML that Kubernetes reads. */
public final class YamlSyntaxException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;

  YamlSyntaxException(int line, String message, Throwable cause) {
    super(message, cause);
    this.line = line;
  }

  /** Counted from 1. */
  public int line() {
    return line;
  }
}
