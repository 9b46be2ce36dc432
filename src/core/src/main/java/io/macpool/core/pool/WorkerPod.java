package io.macpool.core.pool;

import io.macpool.core.Observed;
import java.util.Objects;

/**
 * One worker pod, as the planner of pool sizes sees it.
 *
 * @param id its name
 * @param standing whether it may be given a size
 * @param size what its remote control tells
 * @param lastSize what it told last, for when it can't be asked; {@link PoolSize#NONE} if never
 * @param granted the pool size last granted to it: recorded before it was sent, so that it may hold
 *     whatever became of the call
 * @param running jobs that it runs now, or ran when last seen
 */
public record WorkerPod(
    String id,
    Standing standing,
    Observed<PoolSize> size,
    PoolSize lastSize,
    int granted,
    int running) {

  /** What may be done with a pod. */
  public enum Standing {
    /** Gets its share. */
    SERVING,
    /** Is to be removed: is shrunk to nothing, and counts until it is there. */
    RETIRING,
    /** On its way out by Kubernetes' hand: gets nothing more and counts until it is gone. */
    TERMINATING
  }

  public WorkerPod {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(standing, "standing");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(lastSize, "lastSize");
    if (granted < 0) {
      throw new IllegalArgumentException("pod " + id + " can't be granted " + granted);
    }
  }

  /** What it told last, now or earlier. */
  public PoolSize believed() {
    return size.toOptional().orElse(lastSize);
  }

  /**
   * The most processors that may be alive in it now, or become alive by what was already sent:
   * those that finish, and those that stay or were granted. A pod that can't be asked keeps
   * counting with what it told last.
   */
  public int bound() {
    PoolSize seen = believed();
    return seen.finishing() + Math.max(seen.expected(), granted);
  }

  /** The same pod, to be treated otherwise. */
  WorkerPod standing(Standing other) {
    return new WorkerPod(id, other, size, lastSize, granted, running);
  }

  boolean assignable() {
    return standing != Standing.TERMINATING && size.isKnown();
  }
}
