package io.macpool.worker.script;

/** No script: either this job will never have one, or there is none for now. */
public final class ScriptException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean permanent;

  ScriptException(boolean permanent, String message, Throwable cause) {
    super(message, cause);
    this.permanent = permanent;
  }

  /** Whether the generator has looked at the job and refused it. */
  public boolean isPermanent() {
    return permanent;
  }
}
