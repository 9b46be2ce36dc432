package io.macpool.brain.http;

import io.vertx.ext.web.RoutingContext;

/** Who makes a call, and how the call is named in logs. */
final class Caller {

  private static final String CLIENT = "client";
  private static final String REQUEST_ID = "request-id";

  private Caller() {}

  static void set(RoutingContext call, AccessTokens.Client client) {
    call.put(CLIENT, client);
  }

  static AccessTokens.Client of(RoutingContext call) {
    return call.get(CLIENT);
  }

  static void setRequestId(RoutingContext call, String id) {
    call.put(REQUEST_ID, id);
  }

  static String requestId(RoutingContext call) {
    return call.get(REQUEST_ID);
  }
}
