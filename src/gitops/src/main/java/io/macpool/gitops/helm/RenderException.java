package io.macpool.gitops.helm;

/** Helm refused to render; the message is Helm's own, without its preamble. */
public final class RenderException extends Exception {

  private static final long serialVersionUID = 1L;

  RenderException(String message) {
    super(message);
  }

  RenderException(String message, Throwable cause) {
    super(message, cause);
  }
}
