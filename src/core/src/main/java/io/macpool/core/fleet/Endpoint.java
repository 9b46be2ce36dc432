package io.macpool.core.fleet;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a guest takes SSH connections.
 *
 * @param port empty: the port that all guests have, which whoever dials knows
 */
public record Endpoint(String address, OptionalInt port) {

  private static final int LAST_PORT = 65_535;

  private static final Pattern WITH_PORT =
      Pattern.compile("(?:\\[([^\\]]+)\\]|([^:\\[\\]]+)):([0-9]{1,5})");

  public Endpoint {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(port, "port");
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > LAST_PORT)) {
      throw new IllegalArgumentException("no port: " + port.getAsInt());
    }
  }

  /** At the port that all guests have. */
  public static Endpoint of(String address) {
    return new Endpoint(address, OptionalInt.empty());
  }

  /** At a port of its own. */
  public static Endpoint of(String address, int port) {
    return new Endpoint(address, OptionalInt.of(port));
  }

  /** What {@link #toString} wrote. */
  public static Endpoint parse(String text) {
    Matcher matcher = WITH_PORT.matcher(text);
    if (!matcher.matches()) {
      return of(text);
    }
    String address = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return of(address, Integer.parseInt(matcher.group(3)));
  }

  /** Its own port, or else the usual one. */
  public int portOr(int usual) {
    return port.orElse(usual);
  }

  /** The address, and the port if it is its own: {@code 10.0.0.5:20001}. */
  @Override
  public String toString() {
    if (port.isEmpty()) {
      return address;
    }
    return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port.getAsInt();
  }
}
