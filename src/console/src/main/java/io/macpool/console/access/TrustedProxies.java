package io.macpool.console.access;

import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Proxies whose word is taken for who asks: an address that one of them added to {@code
 * X-Forwarded-For}, and the name of a viewer that it let in. Of anybody else these headers are
 * worth nothing. Immutable.
 */
public final class TrustedProxies {

  private static final int LONGEST_NAME = 200;
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

  /** What is a number, so that no name server is asked. */
  private static final Pattern ADDRESS =
      Pattern.compile("(" + OCTET + "\\.){3}" + OCTET + "|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /** The addresses that begin with so many bits. */
  private static final class Range {
    private final byte[] begin;
    private final int bits;

    Range(byte[] begin, int bits) {
      this.begin = begin;
      this.bits = bits;
    }

    boolean holds(byte[] address) {
      if (address.length != begin.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> bit % 8;
        if ((address[bit / 8] & mask) != (begin[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Range> ranges;
  private final Optional<String> viewerHeader;

  private TrustedProxies(List<Range> ranges, Optional<String> viewerHeader) {
    this.ranges = ranges;
    this.viewerHeader = viewerHeader;
  }

  /** Nobody's word is taken. */
  public static TrustedProxies none() {
    return new TrustedProxies(List.of(), Optional.empty());
  }

  /**
   * Takes the word of these.
   *
   * @param ranges as in 10.0.0.0/8,192.0.2.7
   * @param viewerHeader names whom a proxy let in; empty if proxies let nobody in
   * @throws IllegalArgumentException if a range is none
   */
  public static TrustedProxies of(String ranges, Optional<String> viewerHeader) {
    List<Range> read = new ArrayList<>();
    for (String range : ranges.split(",", -1)) {
      read.add(range(range.strip()));
    }
    return new TrustedProxies(List.copyOf(read), viewerHeader);
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    byte[] begin =
        address(slash < 0 ? text : text.substring(0, slash))
            .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is no address"));
    String bits = slash < 0 ? Integer.toString(begin.length * 8) : text.substring(slash + 1);
    if (!bits.matches("[1-9][0-9]{0,2}") || Integer.parseInt(bits) > begin.length * 8) {
      throw new IllegalArgumentException("\"" + text + "\" is no range of addresses");
    }
    return new Range(begin, Integer.parseInt(bits));
  }

  /** Without asking any name server. */
  private static Optional<byte[]> address(String text) {
    if (!ADDRESS.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text).getAddress());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private boolean isTrusted(String address) {
    return address(address)
        .filter(bytes -> ranges.stream().anyMatch(range -> range.holds(bytes)))
        .isPresent();
  }

  /** The address of whoever asks: the last one that no proxy of ours has. */
  String addressOf(HttpServerRequest request) {
    String peer =
        request.remoteAddress() == null
            ? "unknown"
            : String.valueOf(request.remoteAddress().hostAddress());
    return addressOf(peer, request.headers().getAll("X-Forwarded-For"));
  }

  String addressOf(String peer, List<String> forwarded) {
    List<String> way =
        new ArrayList<>(
            forwarded.stream()
                .flatMap(header -> Arrays.stream(header.split(",", -1)))
                .map(String::strip)
                .toList());
    String address = peer;
    while (isTrusted(address) && !way.isEmpty()) {
      String before = way.remove(way.size() - 1);
      if (address(before).isEmpty()) {
        return address;
      }
      address = before;
    }
    return address;
  }

  /** The viewer whom a proxy let in; empty if none did. */
  Optional<String> viewerOf(HttpServerRequest request) {
    return viewerHeader
        .filter(
            header ->
                request.remoteAddress() != null
                    && isTrusted(String.valueOf(request.remoteAddress().hostAddress())))
        .map(header -> request.getHeader(header))
        .map(String::strip)
        .filter(name -> !name.isEmpty() && name.length() <= LONGEST_NAME);
  }
}
