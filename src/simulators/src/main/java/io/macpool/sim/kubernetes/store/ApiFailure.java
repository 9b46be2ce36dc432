package io.macpool.sim.kubernetes.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer that is not success, in the API's own words: a Status with code and reason. */
public final class ApiFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;

  public ApiFailure(int code, String reason, String message) {
    super(message, null, false, false);
    this.code = code;
    this.reason = reason;
  }

  public static ApiFailure notFound(ResourceType type, String name) {
    return new ApiFailure(404, "NotFound", "%s \"%s\" not found".formatted(type.resource(), name));
  }

  public static ApiFailure noSuchPath() {
    return new ApiFailure(404, "NotFound", "the server could not find the requested resource");
  }

  public static ApiFailure alreadyExists(ResourceType type, String name) {
    return new ApiFailure(
        409, "AlreadyExists", "%s \"%s\" already exists".formatted(type.resource(), name));
  }

  public static ApiFailure conflict(ResourceType type, String name, String why) {
    return new ApiFailure(
        409,
        "Conflict",
        "Operation cannot be fulfilled on %s \"%s\": %s".formatted(type.resource(), name, why));
  }

  public static ApiFailure invalid(ResourceType type, String name, String why) {
    return new ApiFailure(
        422, "Invalid", "%s \"%s\" is invalid: %s".formatted(type.kind(), name, why));
  }

  public static ApiFailure forbidden(ResourceType type, String name, String why) {
    return new ApiFailure(
        403, "Forbidden", "%s \"%s\" is forbidden: %s".formatted(type.resource(), name, why));
  }

  public static ApiFailure badRequest(String why) {
    return new ApiFailure(400, "BadRequest", why);
  }

  public static ApiFailure expired() {
    return new ApiFailure(410, "Expired", "too old resource version");
  }

  /** A failure with any code, for injected faults. */
  public static ApiFailure injected(int code) {
    String reason =
        switch (code) {
          case 409 -> "Conflict";
          case 410 -> "Expired";
          case 429 -> "TooManyRequests";
          case 503 -> "ServiceUnavailable";
          default -> "InternalError";
        };
    return new ApiFailure(code, reason, "injected fault");
  }

  public int code() {
    return code;
  }

  public ObjectNode status() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Status")
        .put("apiVersion", "v1")
        .put("status", "Failure")
        .put("message", getMessage())
        .put("reason", reason)
        .put("code", code);
  }
}
