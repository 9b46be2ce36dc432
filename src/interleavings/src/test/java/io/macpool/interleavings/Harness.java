package io.macpool.interleavings;

/**
 * A few threads that use one object, and what must hold of it then, whatever the order of their
 * steps. One harness is made for each schedule, so it keeps nothing from one to the next.
 */
public interface Harness {

  /** Runs once, under control; whatever it throws, in whichever thread, breaks the schedule. */
  void run() throws Exception;
}
