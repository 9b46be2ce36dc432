package io.macpool.bench.brain;

import io.macpool.service.Logs;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * The least that any answer costs here: the same HTTP server as the broker's, which looks at
 * nothing and answers {@code /N} with N bytes.
 */
public final class BareMain {

  private BareMain() {}

  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    Logs.silence();
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(1));
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .response()
                        .end(
                            Buffer.buffer(new byte[Integer.parseInt(request.path().substring(1))])))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    System.out.println(server.actualPort());
    while (System.in.read() >= 0) {
      // until the input ends
    }
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }
}
