package io.macpool.worker.buildtrace;

import io.macpool.broker.net.BoundedExchange;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * An object a job in a bucket of S3, or of what speaks its protocol; named by a prefix and the
 * job's id, private, encrypted by the store: as the Go worker has it.
 */
final class TraceBucket implements BuildTraces {

  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final int LONGEST_ANSWER = 64 * 1024;
  private static final int SHOWN = 300;
  private static final Map<String, String> HEADERS =
      Map.of(
          "content-type", "application/octet-stream",
          "content-disposition", "attachment",
          "x-amz-acl", "private",
          "x-amz-server-side-encryption", "AES256");

  private final URI place;
  private final RequestSignature signature;
  private final Clock clock;
  private final HttpClient http;

  TraceBucket(URI place, RequestSignature signature, Clock clock, Executor threads) {
    this.place = place;
    this.signature = signature;
    this.clock = clock;
    this.http = HttpClient.newBuilder().connectTimeout(DEADLINE).executor(threads).build();
  }

  /** What an object's URL is but for the job's id; {@code endpoint} empty: Amazon's. */
  static URI place(Optional<URI> endpoint, String bucket, String region, String prefix) {
    String top =
        endpoint
            .map(given -> given.toString().replaceFirst("/+$", "") + "/" + bucket)
            .orElse("https://%s.s3.%s.amazonaws.com".formatted(bucket, region));
    return URI.create(top + "/" + RequestSignature.encoded(prefix));
  }

  @Override
  public CompletableFuture<Void> keep(long jobId, byte[] trace) {
    URI object = URI.create(place.toString() + jobId);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(object)
            .timeout(DEADLINE)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(trace));
    signature.sign("PUT", object, HEADERS, trace, clock.instant()).forEach(request::header);
    return BoundedExchange.send(http, request.build(), LONGEST_ANSWER)
        .thenAccept(answer -> check(object, answer));
  }

  private static void check(URI object, HttpResponse<byte[]> answer) {
    if (answer.statusCode() != 200) {
      String why = new String(answer.body(), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ");
      throw new IllegalStateException(
          "%s answered %d to a trace: %s"
              .formatted(
                  object, answer.statusCode(), why.substring(0, Math.min(why.length(), SHOWN))));
    }
  }
}
