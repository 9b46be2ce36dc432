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

  /** A warm instance is the owner's now instead. */
  record HandedOver<R>(Instance instance) implements Reservation<R> {}

  /** The same owner asked before for the same under the same key, and this is what it got. */
  record Repeated<R>(Instance instance) implements Reservation<R> {}

  /** Nothing is on record: there is no place. */
  record Refused<R>(R reason) implements Reservation<R> {}

  /** Nothing is on record: it may not be. */
  record Denied<R>(Denial denial, String reason) implements Reservation<R> {}

  /** Why something may not be on record, wherever there is room. */
  enum Denial {
    /** The owner asked before for something else under the same key. */
    KEY_REUSED,
    /** The owner holds as many as it may. */
    OVER_QUOTA,
    /** As many are warm as may be. */
    ENOUGH_WARM
  }

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

    /** Whether what waits warm, by its id, can be handed over now. */
    default boolean mayHandOver(String id) {
      return true;
    }
  }
}
