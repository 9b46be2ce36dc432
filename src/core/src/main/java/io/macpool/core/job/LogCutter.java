package io.macpool.core.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a stream of bytes into pieces of text that never split a character and never exceed a number
 * of bytes in UTF-8. Bytes that are not UTF-8 become U+FFFD. Not thread-safe.
 */
public final class LogCutter {

  /** Bytes of content that one part of a log holds at most, as the Go worker's do. */
  public static final int PART_BYTES = 1653;

  private final CharsetDecoder decoder =
      UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final ByteBuffer incomplete = ByteBuffer.allocate(4);
  private final byte[] text;
  private int textBytes;

  public LogCutter(int partBytes) {
    if (partBytes < 4) {
      throw new IllegalArgumentException(
          "a part of %d bytes can't hold every character".formatted(partBytes));
    }
    this.text = new byte[partBytes];
  }

  /** Takes bytes; returns the pieces that are full, in order. */
  public List<String> append(byte[] bytes, int offset, int length) {
    List<String> full = new ArrayList<>();
    if (incomplete.position() == 0 && isAscii(bytes, offset, length)) {
      take(bytes, offset, offset + length, full); // most output: nothing to decode
      return full;
    }
    ByteBuffer in = joined(bytes, offset, length);
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.decode(in, out, false);
    incomplete.clear();
    incomplete.put(in);
    takeDecoded(out.flip(), full);
    return full;
  }

  /** The text that is waiting for more, without the bytes of a character yet incomplete. */
  public Optional<String> flush() {
    if (textBytes == 0) {
      return Optional.empty();
    }
    String piece = new String(text, 0, textBytes, UTF_8);
    textBytes = 0;
    return Optional.of(piece);
  }

  /** All that is left; nothing may be appended after it. */
  public List<String> end() {
    List<String> pieces = new ArrayList<>();
    CharBuffer out = CharBuffer.allocate(8);
    decoder.decode(incomplete.flip(), out, true);
    decoder.flush(out);
    takeDecoded(out.flip(), pieces);
    flush().ifPresent(pieces::add);
    return pieces;
  }

  /** Whether there is text waiting to be flushed. */
  public boolean isEmpty() {
    return textBytes == 0;
  }

  private ByteBuffer joined(byte[] bytes, int offset, int length) {
    if (incomplete.position() == 0) {
      return ByteBuffer.wrap(bytes, offset, length);
    }
    ByteBuffer joined = ByteBuffer.allocate(incomplete.position() + length);
    return joined.put(incomplete.flip()).put(bytes, offset, length).flip();
  }

  /** As bytes again, and valid ones now: a cut is then found in one step, not char by char. */
  private void takeDecoded(CharBuffer decoded, List<String> full) {
    byte[] bytes = decoded.toString().getBytes(UTF_8);
    take(bytes, 0, bytes.length, full);
  }

  private void take(byte[] bytes, int from, int to, List<String> full) {
    int at = from;
    while (at < to) {
      int end = Math.min(to, at + text.length - textBytes);
      while (end < to && isInsideCharacter(bytes[end])) {
        end--;
      }
      System.arraycopy(bytes, at, text, textBytes, end - at);
      textBytes += end - at;
      at = end;
      if (at < to) {
        flush().ifPresent(full::add);
      }
    }
  }

  private static boolean isAscii(byte[] bytes, int offset, int length) {
    int all = 0;
    for (int i = offset; i < offset + length; i++) {
      all |= bytes[i];
    }
    return all >= 0;
  }

  private static boolean isInsideCharacter(byte unit) {
    return (unit & 0xC0) == 0x80;
  }
}
