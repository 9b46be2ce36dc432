package io.macpool.broker;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How a broker is asked. */
@FunctionalInterface
interface Exchange {

  /** Bytes of an answer's body; nobody needs to hold more. */
  int LONGEST_ANSWER = 16 << 20;

  /** Until a connection is there. */
  Duration CONNECT_DEADLINE = Duration.ofSeconds(5);

  /**
   * Completes with the whole answer, whatever its status, or fails with an {@link IOException}:
   * {@link java.net.http.HttpTimeoutException} if it was late. No redirection is followed.
   */
  CompletableFuture<Answer> send(Request request);

  /**
   * One request.
   *
   * @param deadline for the whole answer
   */
  record Request(
      String method,
      URI uri,
      Duration deadline,
      Map<String, String> headers,
      Optional<byte[]> body) {

    public Request {
      headers = Map.copyOf(headers);
    }

    Request with(String header, String value) {
      Map<String, String> more = new HashMap<>(headers);
      more.put(header, value);
      return new Request(method, uri, deadline, more, body);
    }

    /** With a document. */
    Request with(byte[] document) {
      Request typed = with("Content-Type", BrokerClient.MEDIA_TYPE);
      return new Request(method, uri, deadline, typed.headers(), Optional.of(document));
    }
  }

  /** One answer. */
  final class Answer {

    private final int status;
    private final Optional<String> retryAfter;
    private final byte[] body;

    Answer(int status, Optional<String> retryAfter, byte[] body) {
      this.status = status;
      this.retryAfter = retryAfter;
      this.body = body;
    }

    int status() {
      return status;
    }

    /** The header of that name, as it came. */
    Optional<String> retryAfter() {
      return retryAfter;
    }

    /** Not a copy. */
    byte[] body() {
      return body;
    }
  }
}
