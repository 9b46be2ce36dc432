package io.macpool.brain.http.answer;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.ledger.database.LedgerException;
import io.macpool.brain.lifecycle.create.CreateFailure;
import io.macpool.broker.Documents.ApiError;
import io.macpool.broker.Documents.Errors;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A refusal with its words. The only place where failures become HTTP.
 *
 * @param retryAfter when asking again is worth it
 */
public record Problem(Refusal refusal, String title, String detail, Optional<Duration> retryAfter) {

  private static final Duration SOON = Duration.ofSeconds(10);

  public static Problem of(Refusal refusal) {
    return of(refusal, refusal.title());
  }

  public static Problem of(Refusal refusal, String title) {
    return new Problem(refusal, title, "", Optional.empty());
  }

  public Problem because(@Nullable String why) {
    return new Problem(refusal, title, why == null ? "" : why, retryAfter);
  }

  public Problem retry(Duration after) {
    return new Problem(refusal, title, detail, Optional.of(after));
  }

  /** What a failure of the broker's inside is to a client. */
  public static Problem of(Throwable wrapped) {
    Throwable failure =
        wrapped instanceof CompletionException && wrapped.getCause() != null
            ? wrapped.getCause()
            : wrapped;
    if (failure instanceof CreateFailure create) {
      return ofCreate(create);
    }
    if (failure instanceof HypervisorFailure.Unavailable) {
      return of(Refusal.VCENTER_UNAVAILABLE).because(failure.getMessage()).retry(SOON);
    }
    if (failure instanceof HypervisorFailure known) {
      return of(Refusal.VSPHERE_FAILED)
          .because(known.kind() + ": " + known.getMessage())
          .retry(SOON);
    }
    if (failure instanceof LedgerException) {
      return of(Refusal.LEDGER).because(failure.getMessage()).retry(SOON);
    }
    return of(Refusal.INTERNAL).retry(SOON);
  }

  private static Problem ofCreate(CreateFailure failure) {
    Refusal refusal = Refusal.of(failure);
    String why =
        refusal == Refusal.CREATE_FAILED
            ? failure.outcome() + ": " + failure.getMessage()
            : failure.getMessage();
    Problem problem = of(refusal).because(why);
    return failure.retryAfter().map(problem::retry).orElse(problem);
  }

  Errors body() {
    return new Errors(
        List.of(new ApiError(Integer.toString(refusal.status()), refusal.code(), title, detail)));
  }
}
