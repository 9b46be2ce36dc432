package io.macpool.brain.lifecycle;

import io.macpool.brain.hypervisor.HypervisorFailure;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes on without anybody waiting for it: its failures reach the log at least. */
public final class Background {

  private static final Logger log = LoggerFactory.getLogger(Background.class);

  private Background() {}

  /** Calls {@code action} with the result or the failure, on the thread that has it. */
  @SuppressWarnings("FutureReturnValueIgnored") // what the action itself throws is logged here
  public static <T> void whenEnded(
      CompletionStage<T> work, BiConsumer<? super T, ? super Throwable> action) {
    work.whenComplete(
        (result, failure) -> {
          try {
            action.accept(result, failure);
          } catch (RuntimeException e) {
            log.error("a background step failed", e);
          }
        });
  }

  /**
   * Lets the work run; a failure is logged as {@code what} that could not be done. One of vCenter's
   * is told by whoever asked vCenter.
   */
  public static void run(String what, CompletionStage<?> work) {
    whenEnded(
        work,
        (result, failure) -> {
          if (failure != null) {
            Throwable cause = Cloning.unwrap(failure);
            if (cause instanceof HypervisorFailure) {
              log.debug("could not {}: {}", what, cause.getMessage());
            } else {
              log.warn("could not {}: {}", what, cause.getMessage());
            }
          }
        });
  }
}
