package io.macpool.worker.job;

import org.jspecify.annotations.Nullable;

/** A message that is not a job: nobody could even be told of it. */
public final class PayloadException extends Exception {

  private static final long serialVersionUID = 1L;

  PayloadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
