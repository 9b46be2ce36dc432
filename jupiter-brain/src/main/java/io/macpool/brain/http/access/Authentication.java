package io.macpool.brain.http.access;

import io.macpool.brain.http.access.AccessTokens.Role;
import io.macpool.brain.http.answer.Answers;
import io.macpool.brain.http.answer.Problem;
import io.macpool.brain.http.answer.Refusal;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Lets in who holds a token, in either of the field's two forms. */
public final class Authentication {

  private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final AccessTokens tokens;
  private final Consumer<HttpServerRequest> trust;

  /**
   * @param trust is told of the requests of who holds a token
   */
  public Authentication(AccessTokens tokens, Consumer<HttpServerRequest> trust) {
    this.tokens = tokens;
    this.trust = trust;
  }

  public void check(RoutingContext call) {
    String header = call.request().getHeader("Authorization");
    if (header == null || header.isEmpty()) {
      refuse(call, Problem.of(Refusal.TOKEN_REQUIRED, "token is required"));
      return;
    }
    Optional<AccessTokens.Client> client =
        header.startsWith("token ") || header.startsWith("token=")
            ? tokens.find(header.substring("token ".length()))
            : Optional.empty();
    if (client.isEmpty()) {
      refuse(call, Problem.of(Refusal.INCORRECT_TOKEN, "incorrect token"));
      return;
    }
    trust.accept(call.request());
    HttpMethod method = call.request().method();
    if (client.get().role() == Role.READER && !READS.contains(method)) {
      Answers.problem(call, Problem.of(Refusal.READ_ONLY, "this token may only read"));
      return;
    }
    Caller.set(call, client.get());
    call.next();
  }

  /** A stranger's connection ends with its answer, whatever more it has to say. */
  private static void refuse(RoutingContext call, Problem problem) {
    call.response().putHeader("Connection", "close");
    Answers.problem(call, problem);
  }

  /** Lets administrators alone pass. */
  public static void administrators(RoutingContext call) {
    if (Caller.of(call).role() == Role.ADMIN) {
      call.next();
    } else {
      Answers.problem(call, Problem.of(Refusal.ADMIN_ONLY));
    }
  }
}
