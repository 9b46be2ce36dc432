package io.macpool.brain.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code GET /openapi.json}: the API's description, without a token. */
public final class OpenApiRoute {

  private static final String RESOURCE = "/io/macpool/brain/http/openapi.json";

  private final Buffer document;

  public OpenApiRoute() {
    try (InputStream in = OpenApiRoute.class.getResourceAsStream(RESOURCE)) {
      document = Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + RESOURCE, e);
    }
  }

  /** Adds the route. */
  public void mount(Router router) {
    router
        .get("/openapi.json")
        .handler(
            call ->
                call.response().putHeader("Content-Type", "application/json").end(document.copy()));
  }
}
