package io.macpool.core;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The URL of a peer, as people write it into settings: {@code
 * SCHEME://USER:PASSWORD@HOST:PORT/PATH}. It is read as Go's tools read it: the login ends at the
 * last {@code @}, so that {@code administrator@vsphere.local} needs no escape, and host names may
 * hold an underscore. What can't be read is refused with the reason. Nothing is ever replaced by a
 * default of another peer's.
 *
 * @param scheme in lower case
 * @param user without percent-encoding
 * @param password without percent-encoding; empty if there is no colon in the login
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param path as written, percent-encoding and all; empty or with a slash at its beginning
 * @param query as written, without the question mark
 */
public record PeerUrl(
    String scheme,
    Optional<String> user,
    Optional<String> password,
    String host,
    OptionalInt port,
    String path,
    Optional<String> query) {

  private static final int LAST_PORT = 65_535;
  private static final Set<String> HTTP = Set.of("http", "https");

  /** What the JDK's HTTP client can call: RFC 952 and 1123, or an address. */
  private static final Pattern HTTP_HOST =
      Pattern.compile(
          "(?:[0-9]+\\.){3}[0-9]+|[^.]*:.*"
              + "|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.?"
              + "|(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.)+"
              + "[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.?");

  public PeerUrl {
    Objects.requireNonNull(scheme, "scheme");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(port, "port");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(query, "query");
  }

  /**
   * Reads a URL that may hold a login. An {@code @} behind the first slash of a URL without a login
   * is refused: it is a password with a bare {@code /}, and the host would be the wrong one.
   *
   * @param schemes those that are allowed, in lower case
   * @throws IllegalArgumentException that says what is wrong and repeats nothing of the URL, as it
   *     may hold a password
   */
  public static PeerUrl parse(String text, Set<String> schemes) {
    PeerUrl url = parseOpen(text, schemes);
    String behind = url.path + url.query.orElse("");
    if (text.contains("#") || (url.user.isEmpty() && behind.contains("@"))) {
      throw new IllegalArgumentException(
          "has a # or an @ behind its host; write / ? and # in the user or the password as %2F %3F %23,"
              + " and an @ elsewhere as %40");
    }
    return url;
  }

  /**
   * As {@link #parse} for a peer that the JDK's HTTP client calls, which takes no host name with an
   * underscore.
   *
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static PeerUrl parseHttp(String text) {
    return callable(parse(text, HTTP));
  }

  /** As {@link #parseHttp} and {@link #parseOpen}. */
  public static PeerUrl parseOpenHttp(String text) {
    return callable(parseOpen(text, HTTP));
  }

  private static PeerUrl callable(PeerUrl url) {
    if (!HTTP_HOST.matcher(url.host).matches()) {
      throw new IllegalArgumentException(
          "names the host "
              + url.host
              + ", which the HTTP client can't call, as its name holds a _ or is otherwise not by"
              + " RFC 1123; use its address or another of its names");
    }
    return url;
  }

  /** As {@link #parse} for a URL that needs no login, in whose path and query an @ may stand. */
  public static PeerUrl parseOpen(String text, Set<String> schemes) {
    String url = text.strip();
    int colon = url.indexOf("://");
    String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!schemes.contains(scheme)) {
      throw new IllegalArgumentException(
          "must begin with "
              + String.join(" or ", schemes.stream().sorted().map(s -> s + "://").toList()));
    }
    if (url.chars().anyMatch(c -> c <= 0x20 || c == 0x7f)) {
      throw new IllegalArgumentException(
          "holds a space, a line break or another control character; write a space as %20");
    }
    String rest = url.substring(colon + 3);
    int end = firstOf(rest, "/?#");
    String authority = rest.substring(0, end);
    String tail = rest.substring(end);
    if (tail.indexOf('#') >= 0) {
      tail = tail.substring(0, tail.indexOf('#'));
    }
    int question = tail.indexOf('?');
    int at = authority.lastIndexOf('@');
    String login = at < 0 ? "" : authority.substring(0, at);
    int split = login.indexOf(':');
    HostAndPort place = hostAndPort(authority.substring(at + 1));
    return new PeerUrl(
        scheme,
        at < 0
            ? Optional.empty()
            : Optional.of(decode(split < 0 ? login : login.substring(0, split))),
        split < 0 ? Optional.empty() : Optional.of(decode(login.substring(split + 1))),
        place.host(),
        place.port(),
        question < 0 ? tail : tail.substring(0, question),
        question < 0 ? Optional.empty() : Optional.of(tail.substring(question + 1)));
  }

  private record HostAndPort(String host, OptionalInt port) {}

  private static HostAndPort hostAndPort(String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      String host = end < 0 ? "" : text.substring(1, end);
      if (!host.matches("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%25[A-Za-z0-9._~-]+)?")) {
        throw new IllegalArgumentException("has no IPv6 address in its brackets");
      }
      String port = text.substring(end + 1);
      if (!port.isEmpty() && !port.startsWith(":")) {
        throw new IllegalArgumentException("has something other than a port behind its address");
      }
      return new HostAndPort(
          host.replace("%25", "%"), port(port.isEmpty() ? "" : port.substring(1)));
    }
    int colon = text.indexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    if (host.isEmpty()) {
      throw new IllegalArgumentException("names no host");
    }
    if (colon >= 0 && text.indexOf(':', colon + 1) >= 0) {
      throw new IllegalArgumentException(
          "has more than one : behind the login; write an IPv6 address in brackets");
    }
    if (!host.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "has a host with characters other than letters, digits and . _ -");
    }
    return new HostAndPort(host, port(colon < 0 ? "" : text.substring(colon + 1)));
  }

  private static OptionalInt port(String text) {
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException(
          "has a port that is no number from 1 to 65535; write / ? and # in the user or the"
              + " password as %2F %3F %23");
    }
    return OptionalInt.of(port);
  }

  /** The port, or the scheme's own if none is written. */
  public int portOr(int usual) {
    return port.orElse(usual);
  }

  /** The host as it stands in a URL: an IPv6 address in brackets. */
  public String hostInUrl() {
    return host.contains(":") ? "[" + host.replace("%", "%25") + "]" : host;
  }

  /** The same without its login, its query, and slashes at the end of its path. */
  public String base() {
    return scheme + "://" + place() + path.replaceAll("/+$", "");
  }

  /** The host, and the port if one is written: for logs. */
  public String place() {
    return hostInUrl() + (port.isPresent() ? ":" + port.getAsInt() : "");
  }

  private static int firstOf(String text, String characters) {
    for (int i = 0; i < text.length(); i++) {
      if (characters.indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return text.length();
  }

  /**
   * Takes percent-encoding away; a plus stays one.
   *
   * @throws IllegalArgumentException that does not repeat the text
   */
  public static String decode(String text) {
    byte[] from = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer to = ByteBuffer.allocate(from.length);
    for (int i = 0; i < from.length; i++) {
      if (from[i] != '%') {
        to.put(from[i]);
        continue;
      }
      int high = i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
      int low = i + 2 < from.length ? Character.digit(from[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw new IllegalArgumentException(
            "has a % without two hexadecimal digits behind it; write a % in the user or the"
                + " password as %25");
      }
      to.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(to.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("has a percent-encoded part that is not UTF-8", e);
    }
  }

  /** Without login and query, which may hold secrets. */
  @Override
  public String toString() {
    return base();
  }
}
