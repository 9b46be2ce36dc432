package io.macpool.brain.http.answer;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Answers a method that a path does not know, and names those that it does. */
public final class AllowedMethods {

  private final Router router;

  public AllowedMethods(Router router) {
    this.router = router;
  }

  public void refuse(RoutingContext call) {
    TreeSet<String> methods = new TreeSet<>();
    for (Route route : router.getRoutes()) {
      if (route.getPath() != null
          && route.methods() != null
          && pattern(route).matcher(call.normalizedPath()).matches()) {
        methods.addAll(route.methods().stream().map(HttpMethod::name).toList());
      }
    }
    call.response().putHeader("Allow", methods.stream().collect(Collectors.joining(", ")));
    Answers.problem(call, Problem.of(Refusal.METHOD_NOT_ALLOWED, "method not allowed"));
  }

  private static Pattern pattern(Route route) {
    return Pattern.compile(route.getPath().replaceAll(":[a-z]+", "[^/]+"));
  }
}
