package io.macpool.core;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations in the syntax of Go's {@code time.ParseDuration} and {@code Duration.String}, which
 * every old setting and the broker's {@code age} use: {@code 3m30s}, {@code 1.5h}, {@code 500ms}.
 * Source: https://pkg.go.dev/time#ParseDuration.
 */
public final class GoDuration {

  private static final Pattern WHOLE = Pattern.compile("([+-]?)((?:[0-9]*\\.?[0-9]*[a-zµμ]+)+)");
  private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)([a-zµμ]+)");
  private static final BigInteger MAX_NANOS = BigInteger.valueOf(Long.MAX_VALUE);

  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private GoDuration() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException with a sentence for a person if the text is not one, or is
   *     beyond what Go can hold (about 292 years)
   */
  public static Duration parse(String text) {
    if (text.equals("0") || text.equals("+0") || text.equals("-0")) {
      return Duration.ZERO;
    }
    Matcher whole = WHOLE.matcher(text);
    if (!whole.matches()) {
      throw malformed(text);
    }
    Matcher part = PART.matcher(whole.group(2));
    BigInteger nanos = BigInteger.ZERO;
    int end = 0;
    while (part.find() && part.start() == end) {
      Long unit = NANOS.get(part.group(2));
      if (unit == null) {
        throw malformed(text);
      }
      BigDecimal product = new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit));
      nanos = nanos.add(product.setScale(0, RoundingMode.DOWN).toBigInteger());
      end = part.end();
    }
    if (end != whole.group(2).length() || nanos.compareTo(MAX_NANOS) > 0) {
      throw malformed(text);
    }
    Duration size = Duration.ofNanos(nanos.longValueExact());
    return whole.group(1).equals("-") ? size.negated() : size;
  }

  /** Writes a duration as Go does: {@code 1h2m3.5s}, {@code 1.5ms}, {@code 0s}. */
  public static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    Duration size = duration.abs();
    String sign = duration.isNegative() ? "-" : "";
    long nanos = size.toNanos();
    if (nanos < 1_000L) {
      return sign + nanos + "ns";
    }
    if (nanos < 1_000_000L) {
      return sign + decimal(nanos, 3) + "µs";
    }
    if (nanos < 1_000_000_000L) {
      return sign + decimal(nanos, 6) + "ms";
    }
    long hours = size.toHours();
    int minutes = size.toMinutesPart();
    String seconds = decimal(size.toSecondsPart() * 1_000_000_000L + size.toNanosPart(), 9) + "s";
    if (hours > 0) {
      return sign + hours + "h" + minutes + "m" + seconds;
    }
    return minutes > 0 ? sign + minutes + "m" + seconds : sign + seconds;
  }

  private static String decimal(long unscaled, int scale) {
    return BigDecimal.valueOf(unscaled, scale).stripTrailingZeros().toPlainString();
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "\"" + text + "\" is not a duration: write it like 90s, 3m30s, 1.5h or 500ms");
  }
}
