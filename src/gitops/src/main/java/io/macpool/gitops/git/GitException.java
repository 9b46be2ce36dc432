package io.macpool.gitops.git;

/** Git could not answer; the message says what was asked, and Git's own words. */
public final class GitException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  GitException(String message) {
    super(message);
  }

  GitException(String message, Throwable cause) {
    super(message, cause);
  }
}
