package io.macpool.service.setting;

/**
 * Where to listen: {@code host:port}, {@code :port} or {@code port}; no host means every interface.
 */
public record ListenAddress(String host, int port) {

  public ListenAddress {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(port + " is not a port: 0 to 65535");
    }
  }

  /**
   * Reads the field's forms.
   *
   * @throws IllegalArgumentException with a sentence for a person
   */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon <= 0 ? "0.0.0.0" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      return new ListenAddress(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not an address: write HOST:PORT or :PORT", e);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
