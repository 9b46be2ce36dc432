package io.macpool.sim.build;

/** A payload that no script can be made of; the message is for the job's author. */
final class UnintelligibleConfig extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnintelligibleConfig(String message) {
    super(message);
  }
}
