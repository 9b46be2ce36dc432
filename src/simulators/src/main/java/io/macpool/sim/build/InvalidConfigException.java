package io.macpool.sim.build;

/** A payload that no script can be made of; the message is for the job's author. */
final class InvalidConfigException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidConfigException(String message) {
    super(message);
  }
}
