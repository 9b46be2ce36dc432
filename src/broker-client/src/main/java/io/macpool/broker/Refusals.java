package io.macpool.broker;

import io.macpool.broker.BrokerException.Reason;
import io.macpool.broker.net.Retries;
import io.macpool.core.FailureWords;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads an answer that is not what was hoped for. */
final class Refusals {

  /** A broker that says nothing useful must not make its clients wait for ever, or hammer it. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

  private static final int QUOTED = 200;

  private Refusals() {}

  static BrokerException of(BrokerEndpoint endpoint, String what, Exchange.Answer answer) {
    int status = answer.status();
    Optional<Documents.ApiError> error = firstError(answer.body());
    String detail = error.map(Refusals::words).map(words -> ": " + words).orElse("");
    String message =
        "the broker at %s would not %s: %d%s".formatted(endpoint, what, status, detail);
    Optional<Duration> retryAfter = retryAfter(answer);
    String code = error.map(Documents.ApiError::code).orElse("");
    // A broker that lost its ledger knows our lease again after the next renewal.
    boolean passes = status == 503 || status == 429 || code.equals("unknown-lease");
    boolean full = passes && retryAfter.isPresent();
    Duration pause = full ? retryAfter.get() : Duration.ZERO;
    return new BrokerException(full ? Reason.FULL : reason(status, code), message, pause, null);
  }

  static BrokerException unreachable(BrokerEndpoint endpoint, String what, Throwable failure) {
    Throwable cause = Retries.cause(failure);
    String why = cause instanceof HttpTimeoutException ? "time-out" : FailureWords.of(cause);
    return new BrokerException(
        Reason.UNREACHABLE,
        "no answer from the broker at %s when asked to %s: %s".formatted(endpoint, what, why),
        Duration.ZERO,
        cause);
  }

  private static Reason reason(int status, String code) {
    if (status == 401 || status == 403) {
      return Reason.UNAUTHORIZED;
    }
    if (status >= 500) {
      return Reason.FAILED;
    }
    return status == 404 && "unknown-image".equals(code) ? Reason.UNKNOWN_IMAGE : Reason.REFUSED;
  }

  private static Optional<Documents.ApiError> firstError(byte[] body) {
    try {
      Documents.Errors errors = BrokerJson.mapper().readValue(body, Documents.Errors.class);
      return errors == null || errors.errors() == null
          ? Optional.empty()
          : errors.errors().stream().filter(e -> e != null).findFirst();
    } catch (IOException e) {
      return Optional.empty(); // a proxy's page: the status has to do
    }
  }

  private static String words(Documents.ApiError error) {
    String words =
        Stream.of(error.code(), error.title(), error.detail())
            .filter(word -> word != null && !word.isBlank())
            .collect(Collectors.joining(", "));
    return words.length() > QUOTED ? words.substring(0, QUOTED) + "…" : words;
  }

  /** Seconds, as our broker writes it; a date or nonsense counts as a short wait. */
  private static Optional<Duration> retryAfter(Exchange.Answer answer) {
    return answer
        .retryAfter()
        .map(
            text -> {
              if (!text.strip().matches("[0-9]{1,6}")) {
                return Duration.ofSeconds(5);
              }
              Duration asked = Duration.ofSeconds(Math.max(1, Long.parseLong(text.strip())));
              return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
            });
  }
}
