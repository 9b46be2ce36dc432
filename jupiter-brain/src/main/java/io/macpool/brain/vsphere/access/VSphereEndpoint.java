package io.macpool.brain.vsphere.access;

import io.macpool.core.PeerUrl;
import io.macpool.service.setting.Secret;
import java.util.Objects;
import java.util.Set;

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
   * Reads {@code https://user:password@host[:port]/sdk}; user and password may be percent-encoded,
   * and the user may hold a plain {@code @}, as {@code administrator@vsphere.local} does.
   *
   * @throws IllegalArgumentException that says what is missing and repeats nothing of the URL, as
   *     it holds a password
   */
  public static VSphereEndpoint parse(Secret url) {
    PeerUrl peer = PeerUrl.parse(url.reveal(), Set.of("https", "http"));
    if (peer.user().filter(user -> !user.isEmpty()).isEmpty() || peer.password().isEmpty()) {
      throw new IllegalArgumentException("must have the form https://user:password@host/sdk");
    }
    boolean tls = peer.scheme().equals("https");
    return new VSphereEndpoint(
        tls,
        peer.host(),
        peer.portOr(tls ? 443 : 80),
        peer.path().length() < 2 ? "/sdk" : peer.path(),
        peer.user().get(),
        new Secret(peer.password().get()));
  }

  @Override
  public String toString() {
    String shown = host.contains(":") ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://") + shown + ":" + port + path;
  }
}
