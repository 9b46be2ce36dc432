package io.macpool.gitops.check.rule;

import io.macpool.gitops.tree.SourceFile;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * One thing that is wrong with the tree.
 *
 * @param rule the name of the rule that found it
 * @param file relative to the tree's root
 * @param line counted from 1
 * @param message what is wrong: a clause without full stop
 * @param fix what to do: a clause without full stop
 */
public record Problem(
    Severity severity, String rule, Path file, int line, String message, String fix)
    implements Comparable<Problem> {

  /** Whether the tree may be deployed all the same. */
  public enum Severity {
    ERROR,
    WARNING
  }

  private static final Comparator<Problem> ORDER =
      Comparator.comparing(Problem::file)
          .thenComparingInt(Problem::line)
          .thenComparing(Problem::rule)
          .thenComparing(Problem::message);

  public static Problem error(String rule, SourceFile file, int line, String message, String fix) {
    return new Problem(Severity.ERROR, rule, file.path(), line, message, fix);
  }

  public static Problem warning(
      String rule, SourceFile file, int line, String message, String fix) {
    return new Problem(Severity.WARNING, rule, file.path(), line, message, fix);
  }

  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  /** {@code file:line: message. Fix.} */
  @Override
  public String toString() {
    return file + ":" + line + ": " + message + ". " + fix + ".";
  }
}
