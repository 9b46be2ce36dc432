package io.macpool.cli.guest;

import java.io.IOException;
import java.time.Duration;

/** A command that can be told of a signal. */
@FunctionalInterface
interface Signalled {

  /**
   * Hands a signal on.
   *
   * @param name without SIG
   * @param grace how long the command has to come to its end
   */
  void signal(String name, Duration grace) throws IOException, InterruptedException;
}
