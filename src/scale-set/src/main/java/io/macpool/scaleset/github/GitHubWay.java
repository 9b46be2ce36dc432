package io.macpool.scaleset.github;

import io.macpool.service.setting.Secret;
import java.net.http.HttpClient;
import java.util.Objects;
import java.util.Optional;

/**
 * How GitHub is reached. Who we are there does not belong here.
 *
 * @param proxyLogin what a proxy that wants a login is told with each request; it tells nobody else
 */
public record GitHubWay(HttpClient http, Optional<Secret> proxyLogin) {

  public GitHubWay {
    Objects.requireNonNull(http, "http");
    Objects.requireNonNull(proxyLogin, "proxyLogin");
  }
}
