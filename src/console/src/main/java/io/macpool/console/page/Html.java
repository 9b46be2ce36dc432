package io.macpool.console.page;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A document in the making. Names of elements and attributes are ours; every text and every value
 * of an attribute is escaped, whoever chose it. Nothing else can be put in.
 */
public final class Html {

  private static final String VOID = " br col input link meta ";

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Begins an element. */
  public Html open(String element, String... namesAndValues) {
    out.append('<').append(element);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.append(' ').append(namesAndValues[i]).append("=\"");
      out.append(escaped(namesAndValues[i + 1])).append('"');
    }
    out.append('>');
    if (!VOID.contains(" " + element + " ")) {
      open.push(element);
    }
    return this;
  }

  /** Ends the innermost element. */
  public Html close() {
    out.append("</").append(open.pop()).append(">\n");
    return this;
  }

  public Html text(Object text) {
    out.append(escaped(String.valueOf(text)));
    return this;
  }

  /** A whole element that holds only text. */
  public Html element(String element, Object text, String... namesAndValues) {
    open(element, namesAndValues).text(text);
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** A whole document, its elements closed. */
  public String document() {
    while (!open.isEmpty()) {
      close();
    }
    return "<!DOCTYPE html>\n" + out;
  }

  static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '&' -> safe.append("&amp;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(Character.isISOControl(c) && c != '\n' ? ' ' : c);
      }
    }
    return safe.toString();
  }
}
