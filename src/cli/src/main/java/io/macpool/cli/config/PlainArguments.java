package io.macpool.cli.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Arguments of the form {@code FIRST --name value --flag -- WORD…}, as scripts write them: a first
 * word, then options whose names are spelt out, then the words of a command. Whatever is of another
 * form, or wrong, is for picocli. Picocli reads the same out of them, and takes a JVM longer than
 * the rest of its start.
 */
public final class PlainArguments {

  private static final String END = "--";

  private final Map<String, List<String>> options = new HashMap<>();
  private final List<String> words = new ArrayList<>();
  private String first = "";

  private PlainArguments() {}

  /**
   * Reads them; empty if they are not of that form.
   *
   * @param valued options with a value that may be given once
   * @param repeated the same that may be given again, each with the name that it is asked for by
   * @param flags options without a value, likewise
   */
  public static Optional<PlainArguments> read(
      Set<String> valued,
      Map<String, String> repeated,
      Map<String, String> flags,
      String... arguments) {
    PlainArguments read = new PlainArguments();
    int at = 0;
    for (; at < arguments.length && !arguments[at].equals(END); at++) {
      String word = arguments[at];
      boolean once = valued.contains(word) || flags.containsKey(word);
      String name = flags.getOrDefault(word, repeated.getOrDefault(word, word));
      if (once && read.options.containsKey(name)) {
        return Optional.empty();
      }
      List<String> values = read.options.computeIfAbsent(name, unused -> new ArrayList<>());
      if (flags.containsKey(word)) {
        continue;
      }
      if (valued.contains(word) || repeated.containsKey(word)) {
        at++;
        if (at == arguments.length || !isPlain(arguments[at])) {
          return Optional.empty();
        }
        values.add(arguments[at]);
      } else if (read.first.isEmpty() && isPlain(word)) {
        read.options.remove(name);
        read.first = word;
      } else {
        return Optional.empty();
      }
    }
    read.words.addAll(
        List.of(arguments).subList(Math.min(at + 1, arguments.length), arguments.length));
    return read.first.isEmpty() || read.words.isEmpty() ? Optional.empty() : Optional.of(read);
  }

  /** Neither an option, nor what picocli might take for more than a value. */
  private static boolean isPlain(String value) {
    return !value.isEmpty() && !value.startsWith("-") && !value.endsWith("=");
  }

  /** The word before the command's. */
  public String first() {
    return first;
  }

  /** Of an option that may be given once. */
  public Optional<String> value(String name) {
    return values(name).stream().findFirst();
  }

  /** Of an option that may be given again. */
  public List<String> values(String name) {
    return options.getOrDefault(name, List.of());
  }

  /** Whether a flag was given. */
  public boolean has(String name) {
    return options.containsKey(name);
  }

  /** The command's. */
  public List<String> words() {
    return words;
  }
}
