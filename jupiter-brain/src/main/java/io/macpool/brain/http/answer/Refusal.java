package io.macpool.brain.http.answer;

import io.macpool.brain.lifecycle.create.CreateFailure;
import io.macpool.service.http.HttpListener;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Every refusal and failure that a client may hear: the one table, which docs/refusals.md shows.
 * Clients may rely on code and status; the words are for people.
 */
public enum Refusal {
  BAD_REQUEST(
      400,
      "bad-request",
      "The request is no HTTP, or its path, query or body can't be decoded.",
      "Mend the client."),
  MALFORMED(
      400,
      "malformed",
      "The body is not JSON, or a header's value is not allowed.",
      "Mend the client; the title says what is wrong."),
  BAD_DURATION(
      400, "bad-duration", "min_age is not a duration.", "Write it in Go's syntax: 90m, 2h30m."),
  TOKEN_REQUIRED(
      401, "token-required", "There is no token.", "Send the header Authorization: token SECRET."),
  INCORRECT_TOKEN(
      401,
      "incorrect-token",
      "The broker does not know the token.",
      "Compare it with the broker's settings AUTH_TOKEN, AUTH_TOKENS, ADMIN_TOKENS, READ_TOKENS."),
  READ_ONLY(403, "read-only", "The token may only read.", "Use a token of another role."),
  ADMIN_ONLY(
      403,
      "admin-only",
      "Only administrators may do this.",
      "Use AUTH_TOKEN or one of ADMIN_TOKENS."),
  NOT_YOURS(
      403,
      "not-yours",
      "The instance belongs to another owner, or to none.",
      "Use the token of its owner, or an administrator's."),
  NO_SUCH_RESOURCE(
      404, "no-such-resource", "The API has no such path.", "GET /openapi.json lists them."),
  NOT_FOUND(404, "not-found", "There is no such instance or host.", "It may be gone: look anew."),
  UNKNOWN_IMAGE(404, "unknown-image", "There is no image of that name.", "GET /images lists them."),
  METHOD_NOT_ALLOWED(
      405, "method-not-allowed", "The path knows no such method.", "See GET /openapi.json."),
  TOO_SLOW(
      408, "too-slow", "The request did not arrive within 10 s.", "Look at the network between."),
  INCORRECT_TYPE(
      409, "incorrect-type", "data is of another type.", "Write the type that the title names."),
  DESTROYED_MEANWHILE(
      409,
      "destroyed-meanwhile",
      "The instance was deleted while it was being made.",
      "Ask for another if one is wanted."),
  UNKNOWN_LEASE(
      409,
      "unknown-lease",
      "The lease of the header Macpool-Lease was never taken, or was given up.",
      "PUT /leases/ID first, then ask again."),
  TOO_LARGE(413, "too-large", "The body is larger than 64 KiB.", "Mend the client."),
  URI_TOO_LONG(414, "uri-too-long", "Path and query are longer than 4 KiB.", "Mend the client."),
  MISSING_FIELD(
      422, "missing-field", "A member of the body is missing.", "The title says which one."),
  INVALID_FIELD(
      422, "invalid-field", "A member of the body, or an id, is not allowed.", "See the detail."),
  SIZE_REFUSED(
      422,
      "size-refused",
      "The hosts do not run the image with the cpus or the ram that were asked for.",
      "The detail has the reason; ask for another size, or for none."),
  NEEDS_ENDPOINT(
      422,
      "needs-endpoint",
      "Instances of the image are reached by endpoints alone, which the client does not know.",
      "Dial what the member endpoints tells, and say so by the header Macpool-Endpoints: yes."),
  KEY_REUSED(
      422,
      "idempotency-key-reused",
      "The Idempotency-Key was used for another image or size.",
      "Use a new key for a new request."),
  OVER_QUOTA(
      429,
      "over-quota",
      "The owner holds as many instances as it may.",
      "Wait for the time of Retry-After, delete some, or raise OWNER_QUOTA."),
  HEADERS_TOO_LARGE(
      431, "headers-too-large", "The headers are larger than 16 KiB.", "Mend the client."),
  CREATE_FAILED(
      500,
      "create-failed",
      "The hypervisor failed to make the instance.",
      "The detail has its fault; see the host and the datastore that it names."),
  VSPHERE_FAILED(
      500, "vsphere-failed", "The hypervisor refused what it was asked for.", "See the detail."),
  INTERNAL(500, "internal", "The broker failed.", "Its log says why; please report it."),
  NO_ROOM(
      503,
      "no-room",
      "No instance can be made for now.",
      "Ask again after the time of Retry-After; the detail says why."),
  POOL_FULL(
      503,
      "pool-full",
      "No host has a free slot for the image.",
      "Ask again after the time of Retry-After; GET /hosts says what holds the slots."),
  TOO_MANY_WAITING(
      503,
      "too-many-waiting",
      "Too many creates wait already.",
      "Ask again after the time of Retry-After, or ask for less at once."),
  QUARANTINED(
      503,
      "quarantined",
      "The image is shut out, as creates of it failed.",
      "GET /images says why and until when."),
  NOT_MADE(
      503,
      "not-made",
      "The first request with this Idempotency-Key did not end in an instance.",
      "Ask again with another key."),
  VCENTER_UNAVAILABLE(
      503,
      "vcenter-unavailable",
      "The hypervisor can't be reached.",
      "Ask again after the time of Retry-After; GET /health/ready says what is wrong."),
  LEDGER(
      503,
      "ledger",
      "The ledger's database can't be reached, or is too slow.",
      "Ask again after the time of Retry-After; look at the database."),
  INVENTORY_UNKNOWN(
      503,
      "inventory-unknown",
      "What the hosts hold is not known now.",
      "Ask again after the time of Retry-After; GET /health/ready says what is wrong."),
  TIMEOUT(
      503,
      "timeout",
      "It took longer than REQUEST_TIMEOUT.",
      "Ask again; what was begun is destroyed."),
  CLIENT_GONE(503, "client-gone", "The client went away before its answer.", "Wait for answers."),
  TOO_MANY_READERS(
      503, "too-many-readers", "Too many follow GET /events already.", "Follow it elsewhere."),
  STOPPING(
      503,
      "stopping",
      "This broker is being stopped.",
      "Ask again: another replica answers, or this one when it is back.");

  private final int status;
  private final String code;
  private final String cause;
  private final String remedy;

  Refusal(int status, String code, String cause, String remedy) {
    this.status = status;
    this.code = code;
    this.cause = cause;
    this.remedy = remedy;
  }

  int status() {
    return status;
  }

  public String code() {
    return code;
  }

  /** Why, in a sentence without its full stop. */
  String title() {
    return Character.toLowerCase(cause.charAt(0)) + cause.substring(1, cause.length() - 1);
  }

  /** How a create failed. Its outcome counts if it is in this table, else what kind it is. */
  public static Refusal of(CreateFailure failure) {
    if (failure.outcome().equals("reclaimed")) {
      return DESTROYED_MEANWHILE;
    }
    for (Refusal refusal : values()) {
      if (refusal.code.equals(failure.outcome())) {
        return refusal;
      }
    }
    return switch (failure.kind()) {
      case UNKNOWN_IMAGE -> UNKNOWN_IMAGE;
      case FULL -> NO_ROOM;
      case OVER_QUOTA -> OVER_QUOTA;
      case KEY_REUSED -> KEY_REUSED;
      case UNAVAILABLE -> VCENTER_UNAVAILABLE;
      case SIZE_REFUSED -> SIZE_REFUSED;
      case NEEDS_ENDPOINT -> NEEDS_ENDPOINT;
      case FAILED -> CREATE_FAILED;
      case TIMED_OUT -> TIMEOUT;
      case CLIENT_GONE -> CLIENT_GONE;
    };
  }

  /** What is refused before it reaches a handler. */
  public static Refusal of(HttpListener.Refused why) {
    return switch (why) {
      case MALFORMED -> BAD_REQUEST;
      case TOO_SLOW -> TOO_SLOW;
      case URI_TOO_LONG -> URI_TOO_LONG;
      case HEADERS_TOO_LARGE -> HEADERS_TOO_LARGE;
    };
  }

  /** The table of docs/refusals.md. */
  static String markdown() {
    return "| status | code | cause | what to do |\n| --- | --- | --- | --- |\n"
        + Arrays.stream(values())
            .map(r -> "| %d | `%s` | %s | %s |%n".formatted(r.status, r.code, r.cause, r.remedy))
            .collect(Collectors.joining());
  }
}
