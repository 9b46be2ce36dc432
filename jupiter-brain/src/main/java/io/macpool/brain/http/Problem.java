package io.macpool.brain.http;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.ledger.LedgerException;
import io.macpool.brain.lifecycle.CreateFailure;
import io.macpool.broker.Documents.ApiError;
import io.macpool.broker.Documents.Errors;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * A refusal: status, code and words. The only place where failures become HTTP.
 *
 * @param retryAfter when asking again is worth it
 */
record Problem(
    int status, String code, String title, String detail, Optional<Duration> retryAfter) {

  static Problem of(int status, String code, String title) {
    return new Problem(status, code, title, "", Optional.empty());
  }

  Problem because(String why) {
    return new Problem(status, code, title, why, retryAfter);
  }

  Problem retry(Duration after) {
    return new Problem(status, code, title, detail, Optional.of(after));
  }

  /** What a failure of the broker's inside is to a client. */
  static Problem of(Throwable wrapped) {
    Throwable failure =
        wrapped instanceof CompletionException && wrapped.getCause() != null
            ? wrapped.getCause()
            : wrapped;
    if (failure instanceof CreateFailure create) {
      return ofCreate(create);
    }
    if (failure instanceof HypervisorFailure.Unavailable) {
      return unavailable("vcenter-unavailable", "vCenter can't be reached", failure);
    }
    if (failure instanceof HypervisorFailure known) {
      return of(500, "vsphere-" + known.kind(), "vSphere failed").because(known.getMessage());
    }
    if (failure instanceof LedgerException) {
      return unavailable("ledger-unavailable", "the ledger can't be reached", failure);
    }
    return of(500, "internal", "the broker failed; its log says why");
  }

  private static Problem ofCreate(CreateFailure failure) {
    Problem problem =
        switch (failure.kind()) {
          case UNKNOWN_IMAGE -> of(404, "unknown-image", "no such image");
          case FULL -> of(503, failure.outcome(), "no room for an instance now");
          case OVER_QUOTA -> of(429, "over-quota", "too many instances");
          case UNAVAILABLE -> of(503, failure.outcome(), "instances can't be made now");
          case FAILED -> of(500, failure.outcome(), "vSphere failed to make the instance");
          case TIMED_OUT -> of(503, "timeout", "request timed out");
          case CLIENT_GONE -> of(503, "client-gone", "the client went away");
        };
    Problem explained = problem.because(failure.getMessage());
    return failure.retryAfter().map(explained::retry).orElse(explained);
  }

  private static Problem unavailable(String code, String title, Throwable failure) {
    return of(503, code, title).because(failure.getMessage()).retry(Duration.ofSeconds(10));
  }

  Errors body() {
    return new Errors(List.of(new ApiError(Integer.toString(status), code, title, detail)));
  }
}
