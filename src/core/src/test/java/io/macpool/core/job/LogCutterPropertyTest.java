package io.macpool.core.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class LogCutterPropertyTest {

  @Property(tries = 500)
  void piecesJoinToTheTextHoweverItWasCutIntoReads(
      @ForAll @StringLength(max = 300) String any, @ForAll @IntRange(min = 1, max = 40) int read) {
    String text = new String(any.getBytes(UTF_8), UTF_8); // without lone surrogates
    List<String> pieces = cut(text.getBytes(UTF_8), read);
    assertThat(String.join("", pieces)).isEqualTo(text);
    assertThat(pieces)
        .allSatisfy(piece -> assertThat(piece.getBytes(UTF_8).length).isLessThanOrEqualTo(16));
  }

  @Property(tries = 500)
  void anyBytesBecomeTextWithinBounds(
      @ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 40) int read) {
    List<String> pieces = cut(bytes, read);
    assertThat(pieces)
        .allSatisfy(piece -> assertThat(piece.getBytes(UTF_8).length).isLessThanOrEqualTo(16));
    assertThat(String.join("", pieces)).isEqualTo(new String(bytes, UTF_8));
  }

  /** Random bytes are hardly ever almost characters; these are hardly anything else. */
  @Property(tries = 500)
  void brokenCharactersBecomeWhatTheyWouldInOneRead(
      @ForAll("almostCharacters") List<Byte> almost, @ForAll @IntRange(min = 1, max = 7) int read) {
    byte[] bytes = new byte[almost.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = almost.get(i);
    }
    assertThat(String.join("", cut(bytes, read))).isEqualTo(new String(bytes, UTF_8));
  }

  @Provide
  Arbitrary<List<Byte>> almostCharacters() {
    int[] units = {'a', 0x80, 0x90, 0xA0, 0xBF, 0xC0, 0xC3, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0xFF};
    return Arbitraries.integers()
        .between(0, units.length - 1)
        .map(at -> (byte) units[at])
        .list()
        .ofMaxSize(60);
  }

  private static List<String> cut(byte[] bytes, int read) {
    LogCutter cutter = new LogCutter(16);
    List<String> pieces = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += read) {
      pieces.addAll(cutter.append(bytes, at, Math.min(read, bytes.length - at)));
      if (at % 3 == 0) {
        cutter.flush().ifPresent(pieces::add);
      }
    }
    pieces.addAll(cutter.end());
    return pieces;
  }
}
