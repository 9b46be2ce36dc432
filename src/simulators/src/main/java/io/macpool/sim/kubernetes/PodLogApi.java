package io.macpool.sim.kubernetes;

import io.macpool.sim.kubernetes.ApiCall.Verb;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * What {@code kubectl logs} asks for: the lines that a pod has logged so far, the last {@code
 * tailLines} of them. {@code follow} is not followed: the answer ends with what there is.
 */
final class PodLogApi {

  private final Vertx vertx;
  private final BiFunction<String, String, CompletableFuture<Optional<List<String>>>> logs;

  /**
   * For the pods of a node.
   *
   * @param logs from namespace and name to what the pod has logged; empty if it does not run
   */
  PodLogApi(
      Vertx vertx, BiFunction<String, String, CompletableFuture<Optional<List<String>>>> logs) {
    this.vertx = vertx;
    this.logs = logs;
  }

  static boolean isAskedBy(ApiRequest request) {
    return request.verb() == Verb.GET
        && request.type().resource().equals("pods")
        && request.subresource().equals("log");
  }

  /**
   * Answers, soon.
   *
   * @throws ApiFailure 400 if {@code tailLines} is no number
   */
  void answer(ApiRequest request) {
    long tail = tailLines(request);
    var context = vertx.getOrCreateContext();
    CompletableFuture<Void> unused =
        logs.apply(request.namespace(), request.name())
            .thenAccept(
                lines -> context.runOnContext(now -> send(request, lines.orElse(List.of()), tail)));
  }

  private static long tailLines(ApiRequest request) {
    String text = request.parameter("tailLines");
    try {
      return text.isEmpty() ? Long.MAX_VALUE : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ApiFailure(400, "BadRequest", "tailLines is no number: " + text);
    }
  }

  private static void send(ApiRequest request, List<String> lines, long tail) {
    StringBuilder text = new StringBuilder();
    lines.stream()
        .skip(Math.max(0, lines.size() - tail))
        .forEach(line -> text.append(line).append('\n'));
    request.http().response().putHeader("Content-Type", "text/plain").end(text.toString());
  }
}
