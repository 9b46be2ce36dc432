package io.macpool.broker;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where a broker is, and the token for it. In the field both are one URL, the token its user part:
 * {@code https://TOKEN@broker:42161}.
 *
 * @param base without user part, query or a slash at the end
 */
public record BrokerEndpoint(URI base, Optional<String> token) {

  /**
   * Takes the URL apart.
   *
   * @throws IllegalArgumentException with a sentence that does not show the token
   */
  public static BrokerEndpoint parse(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (java.net.URISyntaxException e) {
      // The exception's own message quotes the input, token and all.
      throw new IllegalArgumentException(
          "the broker's URL is malformed: write http(s)://TOKEN@HOST");
    }
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!http || uri.getHost() == null) {
      throw new IllegalArgumentException("the broker's URL needs http(s):// and a host");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    URI base = URI.create(uri.getScheme() + "://" + uri.getHost() + port + path);
    return new BrokerEndpoint(
        base, Optional.ofNullable(uri.getRawUserInfo()).map(BrokerEndpoint::user));
  }

  private static String user(String userInfo) {
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    return URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
