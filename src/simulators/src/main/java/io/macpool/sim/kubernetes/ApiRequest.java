package io.macpool.sim.kubernetes;

import io.macpool.sim.kubernetes.ApiCall.Verb;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A request about objects, taken apart.
 *
 * @param namespace empty for all, or for a resource without
 * @param name empty for a collection
 * @param subresource empty for the object itself
 */
record ApiRequest(
    HttpServerRequest http,
    ResourceType type,
    String namespace,
    String name,
    String subresource,
    Verb verb) {

  /**
   * Takes a request apart; empty if its path is not below {@code /api/v1} or {@code /apis}.
   *
   * @throws ApiFailure 404 if there is no such resource
   */
  static Optional<ApiRequest> of(HttpServerRequest http, String whole, ResourceTypes types) {
    List<String> path =
        Stream.of(whole.split("/", -1))
            .filter(part -> !part.isEmpty())
            .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
            .toList();
    if (path.size() >= 3 && path.get(0).equals("api")) {
      return Optional.of(of(http, types, "", path.get(1), path.subList(2, path.size())));
    }
    if (path.size() >= 4 && path.get(0).equals("apis")) {
      return Optional.of(of(http, types, path.get(1), path.get(2), path.subList(3, path.size())));
    }
    return Optional.empty();
  }

  private static ApiRequest of(
      HttpServerRequest http,
      ResourceTypes types,
      String group,
      String version,
      List<String> rest) {
    String namespace = "";
    List<String> path = rest;
    // /namespaces/NAME and its subresources are about the namespace itself.
    boolean inside =
        path.get(0).equals("namespaces")
            && path.size() > 2
            && !path.get(2).equals("status")
            && !path.get(2).equals("finalize");
    if (inside) {
      namespace = path.get(1);
      path = path.subList(2, path.size());
    }
    ResourceType type = types.find(group, version, path.get(0)).orElseThrow(ApiFailure::noSuchPath);
    String name = path.size() > 1 ? path.get(1) : "";
    String subresource = path.size() > 2 ? path.get(2) : "";
    return new ApiRequest(http, type, namespace, name, subresource, verb(http, name));
  }

  private static Verb verb(HttpServerRequest http, String name) {
    return switch (http.method().name()) {
      case "GET" -> reading(http, name);
      case "POST" -> Verb.CREATE;
      case "PUT" -> Verb.UPDATE;
      case "PATCH" -> Verb.PATCH;
      case "DELETE" -> Verb.DELETE;
      default -> throw new ApiFailure(405, "MethodNotAllowed", "the method is not supported");
    };
  }

  private static Verb reading(HttpServerRequest http, String name) {
    if (http.getParam("watch", "false").matches("true|1")) {
      return Verb.WATCH;
    }
    return name.isEmpty() ? Verb.LIST : Verb.GET;
  }

  /** The same about the object itself. */
  ApiRequest withoutSubresource() {
    return new ApiRequest(http, type, namespace, name, "", verb);
  }

  ApiCall call() {
    return new ApiCall(verb, type.resource(), namespace, name, subresource);
  }

  String parameter(String parameterName) {
    return http.getParam(parameterName, "");
  }

  boolean isDryRun() {
    return parameter("dryRun").equals("All");
  }

  /** Whether fields that its schema does not know shall be refused. */
  boolean isStrict() {
    return verb.isWrite() && subresource.isEmpty() && parameter("fieldValidation").equals("Strict");
  }

  boolean wantsTable() {
    String accept = http.getHeader("Accept");
    return accept != null && accept.contains("as=Table");
  }
}
