package io.macpool.brain.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;

/** Lets in who holds a token, in either of the field's two forms. */
final class Authentication {

  private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final AccessTokens tokens;

  Authentication(AccessTokens tokens) {
    this.tokens = tokens;
  }

  void check(RoutingContext call) {
    String header = call.request().getHeader("Authorization");
    if (header == null || header.isEmpty()) {
      Answers.problem(call, Problem.of(401, "token-required", "token is required"));
      return;
    }
    Optional<AccessTokens.Client> client =
        header.startsWith("token ") || header.startsWith("token=")
            ? tokens.find(header.substring("token ".length()))
            : Optional.empty();
    if (client.isEmpty()) {
      Answers.problem(call, Problem.of(401, "incorrect-token", "incorrect token"));
      return;
    }
    HttpMethod method = call.request().method();
    if (client.get().readOnly() && !READS.contains(method)) {
      Answers.problem(call, Problem.of(403, "read-only", "this token may only read"));
      return;
    }
    Caller.set(call, client.get());
    call.next();
  }
}
