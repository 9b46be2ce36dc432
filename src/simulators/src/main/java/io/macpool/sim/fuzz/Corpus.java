package io.macpool.sim.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What inputs are made of, as libFuzzer keeps it too: a folder of inputs, and words that are worth
 * a try, one a line in quotes.
 *
 * @param inputs in the order of their files' names
 */
record Corpus(Path folder, Path dictionary, List<byte[]> inputs, List<byte[]> words) {

  private static final Pattern WORD = Pattern.compile("\\s*(?:\\w+=)?\"(.*)\"\\s*");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-fA-F]{2}|[\\\\\"])");

  Corpus {
    inputs = List.copyOf(inputs);
    words = List.copyOf(words);
  }

  /** The one of this name in a module's resources for tests; Maven starts tests in the module. */
  static Corpus of(String name) {
    Path folder = Path.of("src/test/resources/fuzz").resolve(name);
    Path dictionary = folder.resolveSibling(name + ".dict");
    List<byte[]> inputs = new ArrayList<>();
    List<byte[]> words = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
      if (Files.exists(dictionary)) {
        for (String line : Files.readAllLines(dictionary, UTF_8)) {
          Matcher word = WORD.matcher(line);
          if (word.matches()) {
            words.add(unescaped(word.group(1)));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no corpus in " + folder.toAbsolutePath(), e);
    }
    if (inputs.isEmpty()) {
      throw new IllegalStateException("nothing is in " + folder.toAbsolutePath());
    }
    return new Corpus(folder, dictionary, inputs, words);
  }

  private static byte[] unescaped(String word) {
    // Bytes as chars, since an escape may stand for a byte that is no character.
    String bytes = new String(word.getBytes(UTF_8), ISO_8859_1);
    return ESCAPE
        .matcher(bytes)
        .replaceAll(
            escape -> {
              String code = escape.group(1);
              char meant =
                  code.length() == 1
                      ? code.charAt(0)
                      : (char) Integer.parseInt(code.substring(1), 16);
              return Matcher.quoteReplacement(String.valueOf(meant));
            })
        .getBytes(ISO_8859_1);
  }
}
