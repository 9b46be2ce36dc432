package io.macpool.sim.amqp;

import io.macpool.sim.amqp.AmqpSimulator.QueueDepth;
import io.macpool.sim.net.LoopbackServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one call of RabbitMQ's management API that depth is read by: {@code GET
 * /api/queues/VHOST/NAME}, with basic auth. Rates are not simulated, so they are absent, as they
 * are there for a moment after a declare.
 */
final class ManagementApi implements AutoCloseable {

  private static final String PREFIX = "/api/queues/";

  private final LoopbackServer server;

  private ManagementApi(LoopbackServer server) {
    this.server = server;
  }

  static ManagementApi start(
      String user, String password, Function<String, Optional<QueueDepth>> depths) {
    byte[] credentials =
        ("Basic "
                + Base64.getEncoder()
                    .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)))
            .getBytes(StandardCharsets.UTF_8);
    return new ManagementApi(
        LoopbackServer.start(0, vertx -> request -> answer(request, credentials, depths)));
  }

  private static void answer(
      HttpServerRequest request,
      byte[] credentials,
      Function<String, Optional<QueueDepth>> depths) {
    String given = request.getHeader("Authorization");
    if (given == null
        || !MessageDigest.isEqual(credentials, given.getBytes(StandardCharsets.UTF_8))) {
      refuse(request, 401, "not_authorised");
      return;
    }
    String[] names =
        request.path().startsWith(PREFIX)
            ? request.path().substring(PREFIX.length()).split("/", -1)
            : new String[0];
    if (names.length != 2) {
      refuse(request, 404, "Not Found");
      return;
    }
    String name = URLDecoder.decode(names[1], StandardCharsets.UTF_8);
    Optional<QueueDepth> depth = depths.apply(name);
    if (depth.isEmpty()) {
      refuse(request, 404, "Object Not Found");
      return;
    }
    JsonObject body =
        new JsonObject()
            .put("name", name)
            .put("vhost", URLDecoder.decode(names[0], StandardCharsets.UTF_8))
            .put("durable", true)
            .put("state", "running")
            .put("messages", depth.get().ready() + depth.get().unacked())
            .put("messages_ready", depth.get().ready())
            .put("messages_unacknowledged", depth.get().unacked());
    request.response().putHeader("Content-Type", "application/json").end(body.encode());
  }

  private static void refuse(HttpServerRequest request, int status, String reason) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(new JsonObject().put("error", reason).put("reason", reason).encode());
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }
}
