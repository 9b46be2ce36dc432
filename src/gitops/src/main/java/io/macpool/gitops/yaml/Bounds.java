package io.macpool.gitops.yaml;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** How much a file may stand for: a text of 200 bytes can stand for millions of values. */
final class Bounds {

  /** A file of ours is nested a dozen deep; each level takes some of the stack. */
  private static final int DEEPEST = 200;

  /** Values that a short text may stand for; a long one has at most a value for each character. */
  private static final int FEW = 2_000;

  private final int most;
  private int depth;
  private int values;

  Bounds(String text) {
    this.most = FEW + text.length();
  }

  /** Refuses a text before it is composed, which takes some of the stack for each level. */
  static void check(String text, LoadSettings settings) throws YamlSyntaxException {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionStartEvent) {
        depth++;
        if (depth > DEEPEST) {
          throw tooDeep(event.getStartMark().map(Mark::getLine).orElse(0) + 1);
        }
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private static YamlSyntaxException tooDeep(int line) {
    return YamlSyntaxException.refused(
        line,
        "values are nested more than " + DEEPEST + " deep",
        "Nest them less deep, and let no alias stand within its own anchor");
  }

  /** A value begins, on that line. */
  void enter(int line) throws YamlSyntaxException {
    depth++;
    if (depth > DEEPEST) {
      throw tooDeep(line);
    }
    values++;
    if (values > most) {
      throw YamlSyntaxException.refused(
          line,
          "it stands for more than " + most + " values: aliases of aliases multiply",
          "Use fewer aliases of aliases");
    }
  }

  /** It is over. */
  void leave() {
    depth--;
  }
}
