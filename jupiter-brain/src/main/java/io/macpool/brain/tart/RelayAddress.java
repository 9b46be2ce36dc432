package io.macpool.brain.tart;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where clients reach guests that only their own Mac reaches.
 *
 * @param host an address of this broker's, which it listens on and tells to clients
 * @param first the first port; 0: whichever are free
 * @param last the last port
 */
public record RelayAddress(String host, int first, int last) {

  private static final int LAST_PORT = 65_535;

  private static final Pattern TEXT =
      Pattern.compile("(?:\\[([0-9a-fA-F:]+)\\]|([^:\\[\\]/\\s]+))(?::([0-9]{1,5})-([0-9]{1,5}))?");

  public RelayAddress {
    Objects.requireNonNull(host, "host");
    if (first < 0 || last > LAST_PORT || first > last || (first == 0 && last != 0)) {
      throw new IllegalArgumentException(
          "the ports %d-%d are no range within 1-%d".formatted(first, last, LAST_PORT));
    }
  }

  /**
   * Reads {@code HOST} or {@code HOST:FIRST-LAST}.
   *
   * @throws IllegalArgumentException with words for a person
   */
  public static RelayAddress parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("write HOST or HOST:FIRST-LAST, not \"" + text + "\"");
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    if (host.equals("0.0.0.0") || host.equals("::")) {
      throw new IllegalArgumentException("clients can't dial " + host + ": name one address");
    }
    return matcher.group(3) == null
        ? new RelayAddress(host, 0, 0)
        : new RelayAddress(
            host, Integer.parseInt(matcher.group(3)), Integer.parseInt(matcher.group(4)));
  }

  /** How many ports there are; unbounded if whichever are free. */
  int ports() {
    return first == 0 ? Integer.MAX_VALUE : last - first + 1;
  }
}
