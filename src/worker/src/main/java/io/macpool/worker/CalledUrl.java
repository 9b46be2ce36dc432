package io.macpool.worker;

import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What a setting names to be called over HTTP: {@code https://USER:PASSWORD@HOST/PATH?QUERY}. The
 * JDK's client sends no login that stands in a URL, so it is kept apart.
 *
 * @param uri without its login
 * @param login {@code USER:PASSWORD}, if there is one
 */
public record CalledUrl(URI uri, Optional<Secret> login) {

  /**
   * Reads a URL with a host.
   *
   * @throws IllegalArgumentException that says what is wrong and repeats no login
   */
  public static CalledUrl parse(String text) {
    PeerUrl url = PeerUrl.parseOpenHttp(text);
    try {
      URI uri =
          new URI(
              url.scheme()
                  + "://"
                  + url.place()
                  + url.path()
                  + url.query().map(q -> "?" + q).orElse(""));
      return new CalledUrl(
          uri, url.user().map(user -> new Secret(user + ":" + url.password().orElse(""))));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "is not a URL: write what is no letter or digit in its path percent-encoded", e);
    }
  }

  /** A request to it, with the login as HTTP basic authentication, as Go's client sends it. */
  public HttpRequest.Builder request() {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    login.ifPresent(
        secret ->
            request.setHeader(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(secret.reveal().getBytes(StandardCharsets.UTF_8))));
    return request;
  }

  /** Without its login. */
  @Override
  public String toString() {
    return uri.toString();
  }
}
