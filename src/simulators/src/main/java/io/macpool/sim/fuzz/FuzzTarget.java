package io.macpool.sim.fuzz;

import java.io.IOException;

/**
 * What takes input from a peer, and judges what came of it. One that Jazzer drives as well has a
 * constructor without parameters, and is closed with its process.
 */
@FunctionalInterface
public interface FuzzTarget extends AutoCloseable {

  /**
   * Plays one input. It is refused or taken as it should be, or this fails, with whatever.
   *
   * @throws Exception if the target did what it never may
   */
  void play(byte[] input) throws Exception;

  @Override
  default void close() throws IOException {}
}
