package io.macpool.sim.vcenter.options;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that really happened to a virtual machine, whatever any client was told or can see.
 *
 * @param at by this process's clock, not by the one that the simulated vCenter tells
 * @param ref the machine's reference then; another one after it was taken out and registered again
 * @param original the name that it was made under, which never changes
 * @param name its name then
 * @param by the user who asked for it, or who in the simulation did it
 */
public record MachineEvent(
    Instant at,
    Kind kind,
    String ref,
    String original,
    String name,
    String folder,
    String host,
    String by) {

  /** What happened. */
  public enum Kind {
    /** It takes up room on its host from now on. */
    CLONE_BEGAN,
    CLONED,
    /** The clone failed or was cancelled, and nothing of it is left. */
    CLONE_FAILED,
    POWERED_ON,
    POWERED_OFF,
    /** Off with its host. */
    CRASHED,
    DESTROYED,
    RENAMED,
    FOLDER_CHANGED,
    HOST_CHANGED,
    /** No client sees it any more; it runs on. */
    LEFT_INVENTORY,
    /** Seen again, under another reference. */
    RETURNED
  }

  public MachineEvent {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(original, "original");
  }
}
