package io.macpool.brain.http.access;

import io.vertx.ext.web.RoutingContext;

/** Who makes a call, and how the call is named in logs. */
public final class Caller {

  private static final String CLIENT = "client";
  private static final String REQUEST_ID = "request-id";

  private Caller() {}

  static void set(RoutingContext call, AccessTokens.Client client) {
    call.put(CLIENT, client);
  }

  public static AccessTokens.Client of(RoutingContext call) {
    return call.get(CLIENT);
  }

  public static void setRequestId(RoutingContext call, String id) {
    call.put(REQUEST_ID, id);
  }

  public static String requestId(RoutingContext call) {
    return call.get(REQUEST_ID);
  }
}
