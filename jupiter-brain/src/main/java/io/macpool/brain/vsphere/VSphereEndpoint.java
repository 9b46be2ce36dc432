package io.macpool.brain.vsphere;

import io.macpool.service.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Where vCenter is and who we are to it.
 *
 * @param host name or address
 * @param path of the SDK, usually {@code /sdk}
 */
public record VSphereEndpoint(
    boolean tls, String host, int port, String path, String user, Secret password) {

  public VSphereEndpoint {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
  }

  /**
   * Reads {@code https://user:password@host[:port]/sdk}; user and password may be percent-encoded.
   *
   * @throws IllegalArgumentException that says what is missing and repeats nothing of the URL, as
   *     it holds a password
   */
  public static VSphereEndpoint parse(Secret url) {
    URI uri;
    try {
      uri = new URI(url.reveal().strip());
    } catch (URISyntaxException e) {
      // The cause would show the whole URL.
      throw new IllegalArgumentException(
          "is not a URL; characters such as @ or / in user or password must be percent-encoded");
    }
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    if (!tls && !"http".equalsIgnoreCase(uri.getScheme())) {
      throw new IllegalArgumentException("must begin with https://");
    }
    String login = uri.getRawUserInfo();
    if (uri.getHost() == null || login == null || login.indexOf(':') < 1) {
      throw new IllegalArgumentException("must have the form https://user:password@host/sdk");
    }
    int colon = login.indexOf(':');
    String path =
        uri.getRawPath() == null || uri.getRawPath().length() < 2 ? "/sdk" : uri.getRawPath();
    return new VSphereEndpoint(
        tls,
        uri.getHost(),
        uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80,
        path,
        decode(login.substring(0, colon)),
        new Secret(decode(login.substring(colon + 1))));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + host + ":" + port + path;
  }
}
