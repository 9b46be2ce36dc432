package io.macpool.worker.remote;

import io.macpool.service.setting.Secret;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** HTTP basic authentication against {@code USER:PASSWORD}: 401 without one, 403 with another. */
final class BasicAuth implements Handler<RoutingContext> {

  private final Secret credentials;

  BasicAuth(Secret credentials) {
    this.credentials = credentials;
  }

  @Override
  public void handle(RoutingContext call) {
    Optional<String> given = given(call.request().getHeader(HttpHeaders.AUTHORIZATION));
    if (given.isEmpty()) {
      call.response()
          .putHeader("WWW-Authenticate", "Basic realm=\"travis-ci/worker\"")
          .setStatusCode(401)
          .end();
    } else if (!credentials.matches(given.get())) {
      call.response().setStatusCode(403).end();
    } else {
      call.next();
    }
  }

  private static Optional<String> given(String header) {
    if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return Optional.empty();
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(header.substring(6).strip());
      return Optional.of(new String(decoded, StandardCharsets.UTF_8)).filter(t -> t.contains(":"));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
