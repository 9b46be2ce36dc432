package io.macpool.brain.tart;

import java.util.regex.Pattern;

/** What may stand in a command. */
final class Quoting {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");

  private Quoting() {}

  /** The text as one word of a shell's, whatever is in it. */
  static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** Whether a VM of ours may have this name: a path of tart's, and a word of a shell's. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }
}
