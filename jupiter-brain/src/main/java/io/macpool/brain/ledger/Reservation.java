package io.macpool.brain.ledger;

import io.macpool.core.fleet.Instance;
import java.util.List;

/**
 * What became of an attempt to put an intent on record.
 *
 * @param <R> how the chooser says that there is no place
 */
public sealed interface Reservation<R> {

  /** It is on record and holds a slot. */
  record Made<R>(Instance instance) implements Reservation<R> {}

  /** The same owner asked before under the same key, and this is what it got. */
  record Repeated<R>(Instance instance) implements Reservation<R> {}

  /** Nothing is on record. */
  record Refused<R>(R reason) implements Reservation<R> {}

  /** What a chooser decides: a host, or why none. */
  sealed interface Choice<R> {
    record Host<R>(String id) implements Choice<R> {}

    record None<R>(R reason) implements Choice<R> {}
  }

  /** Finds places, given what is held at this moment; nothing changes before it returns. */
  @FunctionalInterface
  interface Chooser<R> {
    /** A choice for each instance, in their order, that together never exceed what is free. */
    List<Choice<R>> choose(SlotUse use, List<Instance> wanted);
  }
}
