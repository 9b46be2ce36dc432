package io.macpool.cli.screen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Text in columns. What is absent is a dash; control characters, which others sent, are not ours.
 */
public final class Table {

  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /** The same with more columns if there is room for them; rows have their cells in any case. */
  public Table wide(boolean room, String... headings) {
    if (room) {
      List<String> all = new ArrayList<>(rows.get(0));
      all.addAll(List.of(headings));
      rows.set(0, all);
    }
    return this;
  }

  public void row(@Nullable Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : Arrays.copyOf(cells, rows.get(0).size())) {
      String text = Objects.toString(cell, "").replaceAll("\\p{Cntrl}+", " ").strip();
      row.add(text.isEmpty() ? "-" : text);
    }
    rows.add(row);
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
