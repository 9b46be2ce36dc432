package io.macpool.gitops.yaml;

import java.util.regex.Pattern;

/**
 * Writes text as a YAML scalar that every program that reads a release file (kubectl, Helm,
 * kustomize, SOPS, YAML 1.1 and 1.2) takes for that text.
 */
public final class ScalarText {

  /**
   * A path or a word that begins with a letter, so no number or date; nothing in it that could end
   * or open a scalar.
   */
  private static final Pattern PLAIN =
      Pattern.compile("(\\.{0,2}/)?[A-Za-z]([A-Za-z0-9_./@+*~^=-]|:(?=[A-Za-z0-9_./@+-]))*");

  private static final Pattern WORD =
      Pattern.compile("(?i:y|n|yes|no|on|off|true|false|null|nan|inf)");

  private ScalarText() {}

  /** Plain where that is safe, else between double quotes. */
  public static String of(String text) {
    return PLAIN.matcher(text).matches() && !WORD.matcher(text).matches() ? text : quoted(text);
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                  if (isPrintable(point)) {
                    out.appendCodePoint(point);
                  } else if (point > 0xFFFF) {
                    out.append("\\U%08X".formatted(point));
                  } else {
                    out.append("\\u%04X".formatted(point));
                  }
                }
              }
            });
    return out.append('"').toString();
  }

  private static boolean isPrintable(int point) {
    return point >= 0x20
        && !(point >= 0x7F && point < 0xA0)
        && !(point >= 0xD800 && point < 0xE000)
        && point != 0x2028
        && point != 0x2029
        && point != 0xFEFF
        && point != 0xFFFE
        && point != 0xFFFF;
  }
}
