package io.macpool.cli.screen;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where standard output goes.
 *
 * @param terminal whether a person looks at it; a pipe and a file get whole lines and no colours
 * @param rows of the terminal
 * @param columns of the terminal
 * @param colour whether it may have some: {@code NO_COLOR} says no
 */
public record Screen(boolean terminal, int rows, int columns, boolean colour) {

  private static final Screen NONE = new Screen(false, Integer.MAX_VALUE, Integer.MAX_VALUE, false);

  private static final int USUAL_ROWS = 24;
  private static final int USUAL_COLUMNS = 80;
  private static final int NARROWEST = 20;
  private static final long PATIENCE_SECONDS = 2;
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,4}) ([0-9]{1,4})");
  private static final String BOLD = "\u001b[1m";
  private static final String PLAIN = "\u001b[0m";

  /** As it is now: windows change their size. */
  public static Screen now(Map<String, String> environment) {
    if (!isTerminal()) {
      return NONE;
    }
    // The JDK knows neither of it, and its Console wants standard input to be a terminal, too.
    Matcher size = SIZE.matcher(said("stty", "size"));
    boolean known = size.matches();
    int rows = known ? Integer.parseInt(size.group(1)) : 0;
    int columns = known ? Integer.parseInt(size.group(2)) : 0;
    return new Screen(
        true,
        rows > 1 ? rows : USUAL_ROWS,
        columns >= NARROWEST ? columns : USUAL_COLUMNS,
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "").equals("dumb"));
  }

  private static boolean isTerminal() {
    try {
      Process test =
          new ProcessBuilder("test", "-t", "1")
              .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(Redirect.INHERIT)
              .redirectError(Redirect.DISCARD)
              .start();
      return ended(test) && test.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String said(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(Path.of("/dev/tty").toFile()))
              .redirectError(Redirect.DISCARD)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      return ended(process) ? said : "";
    } catch (IOException e) {
      return ""; // no such program, or no terminal of ours: the usual size has to do
    }
  }

  private static boolean ended(Process process) {
    try {
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    return false;
  }

  /** A text whose lines fit; a pipe gets them whole. */
  public String fit(String text) {
    if (!terminal) {
      return text;
    }
    StringBuilder fitting = new StringBuilder();
    text.lines()
        .forEach(
            line ->
                fitting
                    .append(line.length() <= columns ? line : line.substring(0, columns - 1) + "…")
                    .append(System.lineSeparator()));
    return fitting.toString();
  }

  /** A text of which no more lines are left than there are, and the first one stands out. */
  public String page(String text) {
    String fitting = fit(text);
    if (!terminal) {
      return fitting;
    }
    long lines = fitting.lines().count();
    StringBuilder page = new StringBuilder();
    int left = lines < rows ? Integer.MAX_VALUE : rows - 2;
    for (String line : fitting.lines().limit(left).toList()) {
      boolean first = colour && page.isEmpty();
      page.append(first ? BOLD + line + PLAIN : line).append(System.lineSeparator());
    }
    if (lines > left) {
      page.append(fit("… %d more lines".formatted(lines - left)));
    }
    return page.toString();
  }
}
