package io.macpool.brain.lifecycle.execution;

import io.macpool.brain.hypervisor.HypervisorFailure;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes on without anybody waiting for it: its failures reach the log at least, and it comes to
 * an end when the broker does.
 */
public final class Background {

  private static final Logger log = LoggerFactory.getLogger(Background.class);

  private Background() {}

  /**
   * Begins nothing new, lets what runs come to its end, and interrupts it only after {@code
   * patience}: the interrupt of a thread that writes closes the file of the embedded ledger, for
   * all other threads too.
   */
  public static void close(ExecutorService threads, Duration patience) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

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
