package io.macpool.operator.cluster;

import java.util.SortedSet;

/** Numbers and names as they stand in a sentence. */
final class MessageFormats {

  private MessageFormats() {}

  static String jobs(long number) {
    return counted(number, "job");
  }

  static String pods(long number) {
    return counted(number, "pod");
  }

  static String slots(long number) {
    return counted(number, "slot");
  }

  private static String counted(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** The first of many names, and how many more there are. */
  static String some(SortedSet<String> names) {
    String first = names.first();
    return names.size() == 1 ? first : first + " and " + (names.size() - 1) + " more";
  }
}
