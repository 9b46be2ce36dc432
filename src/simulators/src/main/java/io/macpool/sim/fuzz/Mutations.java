package io.macpool.sim.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes inputs from a corpus: the same from the same seed and number. */
final class Mutations {

  private static final String PUNCTUATION = "<>{}[]()\"':;,=& \t\r\n|/";
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "1e400",
          "0x7fffffff",
          "2147483648",
          "9223372036854775808",
          "-9223372036854775809",
          "999999999999999999999999999999",
          "1.5",
          "NaN",
          "");

  private final Corpus corpus;
  private final int longest;
  private final boolean json;

  /**
   * Of a corpus.
   *
   * @param json whether most changes leave JSON what it is
   */
  Mutations(Corpus corpus, int longest, boolean json) {
    this.corpus = corpus;
    this.longest = longest;
    this.json = json;
  }

  byte[] input(long seed, long number) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + number);
    random.nextInt(); // seeds in a row begin alike
    byte[] input = any(corpus.inputs(), random);
    int changes = random.nextInt(8) == 0 ? 4 + random.nextInt(20) : 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      byte[] changed = changed(input, random);
      input = changed.length > longest ? Arrays.copyOf(changed, longest) : changed;
    }
    return input;
  }

  private byte[] changed(byte[] input, Random random) {
    if (json && random.nextInt(8) != 0) {
      return JsonMutations.changed(input, random);
    }
    int from = place(input, random);
    int to = Math.min(input.length, from + random.nextInt(random.nextInt(4) == 0 ? 400 : 30));
    return switch (random.nextInt(14)) {
      case 0 -> Arrays.copyOf(input, from);
      case 1 -> joined(input, from, new byte[0], to);
      case 2 -> joined(input, to, Arrays.copyOfRange(input, from, to), to);
      case 3 -> flipped(input, random);
      case 4 -> joined(input, from, new byte[] {(byte) random.nextInt(256)}, to);
      case 5 -> spliced(input, from, random);
      case 6 -> repeated(input, from, to, random);
      case 7 ->
          joined(input, from, NUMBERS.get(random.nextInt(11)).getBytes(UTF_8), word(input, from));
      case 8 -> moved(input, from, to, random);
      case 9 ->
          random.nextInt(6) == 0
              ? new String(input, UTF_8).getBytes(random.nextBoolean() ? UTF_16 : UTF_16LE)
              : flipped(input, random);
      default -> {
        if (corpus.words().isEmpty()) {
          yield flipped(input, random);
        }
        byte[] piece = any(corpus.words(), random);
        yield joined(input, from, piece, random.nextBoolean() ? from : word(input, from));
      }
    };
  }

  /** Mostly where something begins, so that not all is garbage. */
  private static int place(byte[] input, Random random) {
    int at = random.nextInt(input.length + 1);
    if (random.nextInt(3) == 0) {
      return at;
    }
    while (at < input.length && PUNCTUATION.indexOf(input[at]) < 0) {
      at++;
    }
    return Math.min(input.length, at + 1);
  }

  /** Where what begins here ends. */
  private static int word(byte[] input, int from) {
    int at = from;
    while (at < input.length && PUNCTUATION.indexOf(input[at]) < 0) {
      at++;
    }
    return at;
  }

  private static byte[] flipped(byte[] input, Random random) {
    byte[] flipped = input.clone();
    if (flipped.length > 0) {
      int at = random.nextInt(flipped.length);
      flipped[at] =
          (byte)
              (random.nextBoolean() ? flipped[at] ^ (1 << random.nextInt(8)) : random.nextInt(256));
    }
    return flipped;
  }

  private byte[] spliced(byte[] input, int at, Random random) {
    byte[] other = any(corpus.inputs(), random);
    int from = place(other, random);
    byte[] piece = Arrays.copyOfRange(other, from, from + random.nextInt(other.length - from + 1));
    return joined(input, at, piece, random.nextBoolean() ? at : input.length);
  }

  private byte[] repeated(byte[] input, int from, int to, Random random) {
    if (from == to) {
      return input;
    }
    int most = (longest - input.length) / (to - from);
    int times = Math.max(1, Math.min(most, 1 << random.nextInt(13)));
    String piece = new String(input, from, to - from, ISO_8859_1).repeat(times);
    return joined(input, from, piece.getBytes(ISO_8859_1), from);
  }

  private static byte[] moved(byte[] input, int from, int to, Random random) {
    byte[] piece = Arrays.copyOfRange(input, from, to);
    byte[] rest = joined(input, from, new byte[0], to);
    int at = place(rest, random);
    return joined(rest, at, piece, at);
  }

  private static byte[] joined(byte[] input, int until, byte[] piece, int from) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(input.length + piece.length);
    bytes.write(input, 0, until);
    bytes.writeBytes(piece);
    bytes.write(input, from, input.length - from);
    return bytes.toByteArray();
  }

  private static byte[] any(List<byte[]> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}
