package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What runs a command in a guest detached from its SSH session, as {@code supervisor.pl} describes.
 */
final class Supervisor {

  /** What the guest's shell says if it has no perl. */
  static final int NO_PERL = 127;

  private static final String SCRIPT = script();

  private Supervisor() {}

  private static String script() {
    try (InputStream file = Supervisor.class.getResourceAsStream("supervisor.pl")) {
      return new String(file.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException("supervisor.pl can't be read", e);
    }
  }

  /**
   * Begins a command, unless an {@link #attach} of that directory came first.
   *
   * @param directory of this command alone, relative to the guest's home
   */
  static List<String> start(String directory, List<String> words) {
    List<String> line = new ArrayList<>(List.of("perl", "-e", SCRIPT, "start", directory));
    line.addAll(words);
    return line;
  }

  /**
   * Goes on with a command, or sees to it that it never begins.
   *
   * @param out bytes of its standard output that are here already
   * @param err the same of its standard error
   */
  static List<String> attach(String directory, long out, long err) {
    return List.of(
        "perl", "-e", SCRIPT, "attach", directory, Long.toString(out), Long.toString(err));
  }
}
