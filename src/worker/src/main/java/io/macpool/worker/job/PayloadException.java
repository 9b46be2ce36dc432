package io.macpool.worker.job;

/** A message that is not a job: nobody could even be told of it. */
public final class PayloadException extends Exception {

  private static final long serialVersionUID = 1L;

  PayloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
