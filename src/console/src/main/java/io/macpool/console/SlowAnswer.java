package io.macpool.console;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;

/**
 * Answers that may take a while: they are made, and compressed for who takes that, on another
 * thread than the event loop.
 */
final class SlowAnswer {

  /** Less is not worth it. */
  private static final int COMPRESSED_FROM = 2_000;

  private SlowAnswer() {}

  static void give(Vertx vertx, RoutingContext call, String type, Callable<String> answer) {
    boolean zips = accepts(call, "gzip");
    vertx
        .executeBlocking(() -> body(answer.call(), zips), false)
        .onSuccess(body -> end(call.response().putHeader("Content-Type", type), body))
        .onFailure(call::fail);
  }

  private record Body(Buffer bytes, boolean zipped) {}

  private static void end(HttpServerResponse response, Body body) {
    response.putHeader("Vary", "Accept-Encoding");
    if (body.zipped()) {
      response.putHeader("Content-Encoding", "gzip");
    }
    response.end(body.bytes());
  }

  private static Body body(String text, boolean zips) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!zips || bytes.length < COMPRESSED_FROM) {
      return new Body(Buffer.buffer(bytes), false);
    }
    ByteArrayOutputStream zipped = new ByteArrayOutputStream(bytes.length / 8);
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return new Body(Buffer.buffer(zipped.toByteArray()), true);
  }

  /** One that is named with a weight of zero is not taken. */
  private static boolean accepts(RoutingContext call, String encoding) {
    return call.parsedHeaders().acceptEncoding().stream()
        .anyMatch(each -> each.value().equalsIgnoreCase(encoding) && each.weight() > 0);
  }

  /** What the call says under that name, empty if nothing. */
  static String parameter(RoutingContext call, String name) {
    return Optional.ofNullable(call.request().getParam(name)).orElse("");
  }
}
