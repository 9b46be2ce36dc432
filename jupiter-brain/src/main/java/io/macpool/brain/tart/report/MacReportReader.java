package io.macpool.brain.tart.report;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one Mac's answers, one after the other. Most say what the one before said, but for the time
 * and what is free of the disk: of such an answer only these are read.
 */
public final class MacReportReader {

  private static final String NOW = "\nnow ";
  private static final String DISK = "\ndisk ";

  private String before = "";
  private @Nullable MacReport last;

  /**
   * Reads an answer.
   *
   * @throws MacReport.Unreadable as {@link MacReport#parse} does
   */
  public MacReport read(String text) throws MacReport.Unreadable {
    String now = line(text, NOW);
    String disk = line(text, DISK);
    String rest = without(without(text, NOW, now), DISK, disk);
    Optional<Instant> time = Reading.seconds(now.strip());
    MacReport known = last;
    boolean plain = time.isPresent() && !disk.isEmpty();
    if (known != null && plain && rest.equals(before)) {
      last = known.at(time.get(), Reading.disk(disk.strip()));
      return last;
    }
    last = null;
    MacReport fresh = MacReport.parse(text);
    before = rest;
    last = fresh;
    return fresh;
  }

  /** What follows in the one line that begins so; nothing if it is not one. */
  private static String line(String text, String start) {
    int from = text.indexOf(start);
    int to = from < 0 ? -1 : text.indexOf('\n', from + start.length());
    return to < 0 || text.indexOf(start, to) >= 0 ? "" : text.substring(from + start.length(), to);
  }

  private static String without(String text, String start, String line) {
    if (line.isEmpty()) {
      return text;
    }
    int from = text.indexOf(start);
    return text.substring(0, from) + text.substring(from + start.length() + line.length());
  }
}
