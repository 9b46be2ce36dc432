package io.macpool.broker;

import io.macpool.core.PeerUrl;
import java.net.URI;
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
    PeerUrl peer = PeerUrl.parseHttp(url);
    return new BrokerEndpoint(URI.create(peer.base()), peer.user());
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
