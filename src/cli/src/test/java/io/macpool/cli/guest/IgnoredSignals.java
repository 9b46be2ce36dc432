package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Signals as Linux counts them: the first is bit 0. */
final class IgnoredSignals {

  static final long INT = bit(2);

  /** HUP, INT, QUIT, PIPE, TERM and CHLD. */
  static final long SET_ANEW = bit(1) | INT | bit(3) | bit(13) | bit(15) | bit(17);

  private IgnoredSignals() {}

  private static long bit(int signal) {
    return 1L << (signal - 1);
  }

  /**
   * What a process that we start ignores from its beginning: whatever whoever started us ignores.
   */
  static long inherited() throws IOException {
    Process grep = new ProcessBuilder("grep", "SigIgn", "/proc/self/status").start();
    String line = new String(grep.getInputStream().readAllBytes(), UTF_8).strip();
    return line.isEmpty() ? 0 : Long.parseUnsignedLong(line.substring("SigIgn:\t".length()), 16);
  }
}
