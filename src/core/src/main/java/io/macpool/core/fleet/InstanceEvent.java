package io.macpool.core.fleet;

import static io.macpool.core.fleet.InstancePhase.CLONED;
import static io.macpool.core.fleet.InstancePhase.GONE;
import static io.macpool.core.fleet.InstancePhase.READY;
import static io.macpool.core.fleet.InstancePhase.RECLAIMING;
import static io.macpool.core.fleet.InstancePhase.REQUESTED;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What may happen to an instance on record: the one table of the ledger's state machine. A row
 * tells what becomes of each phase, who may say so, and what must be true of the instance at that
 * moment; where there is no phase, nothing changes and whoever asked plans anew.
 */
public enum InstanceEvent {
  /** Its VM exists. */
  MADE(By.ITS_MAKER, If.ALWAYS, CLONED, null, null, null),
  /** Its VM runs. */
  STARTED(By.ITS_MAKER, If.ALWAYS, READY, READY, null, null),
  /** Its SSH server has answered. */
  ANSWERED(By.THE_LEADER, If.WARM, null, null, READY, null),
  /** A client asked, and gets it. */
  HANDED_OVER(By.A_RESERVATION, If.WARM_AND_PROVEN, null, null, READY, null),
  /** Its owner knows of it. */
  CONFIRMED(By.ITS_OWNER, If.NOT_WARM, null, null, READY, null),
  /** It is on another host. */
  MOVED(By.THE_LEADER, If.ALWAYS, REQUESTED, CLONED, READY, RECLAIMING),
  /** Somebody wants it no more who may say so. */
  DELETED(By.A_CLIENT, If.ALWAYS, RECLAIMING, RECLAIMING, RECLAIMING, null),
  /** Its creation came to nothing, or nobody waits for it any more. */
  GIVEN_UP(By.ITS_MAKER, If.UNCONFIRMED, RECLAIMING, RECLAIMING, RECLAIMING, null),
  /** vCenter was asked for no VM, or refused at once: there is none, nor will be. */
  NEVER_MADE(By.ITS_MAKER, If.UNCONFIRMED, GONE, null, null, GONE),
  /** It waits, or boots, for nobody. */
  RETIRED(By.A_REPLICA, If.WARM, RECLAIMING, RECLAIMING, RECLAIMING, null),
  /** Its lease is over. */
  LEASE_ENDED(By.THE_LEADER, If.NOT_WARM, RECLAIMING, RECLAIMING, RECLAIMING, null),
  /** Reconciliation found that nobody may want it; only as it was when that was found. */
  JUDGED(By.THE_LEADER, If.AS_SEEN, RECLAIMING, RECLAIMING, RECLAIMING, null),
  /** Its VM is gone, as was decided. */
  DESTROYED(By.A_REPLICA, If.ALWAYS, null, null, null, GONE),
  /** There is no VM; only as it was when that was found. */
  VANISHED(By.THE_LEADER, If.AS_SEEN, GONE, GONE, GONE, GONE),
  /** Its VM is back: the one way out of GONE. */
  RETURNED(By.THE_LEADER, If.LOST_FROM_SIGHT, null, null, null, null, READY),
  /** Somebody wants it no more while its VM is out of sight: if that returns, it goes. */
  DISOWNED(By.A_CLIENT, If.LOST_FROM_SIGHT, null, null, null, null, GONE);

  /** Who may say that it happened. */
  public enum By {
    ITS_MAKER("the replica that makes it"),
    ITS_OWNER("its owner, at any replica"),
    A_CLIENT("a client, at any replica"),
    A_REPLICA("any replica"),
    A_RESERVATION("a reservation, at any replica"),
    THE_LEADER("the leader");

    private final String words;

    By(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /** What must be true of an instance for it to happen. */
  public enum If {
    ALWAYS("-"),
    WARM("it is warm"),
    WARM_AND_PROVEN("it is warm and proven"),
    NOT_WARM("it is not warm"),
    UNCONFIRMED("its owner does not know of it"),
    AS_SEEN("nothing has changed it since it was seen"),
    LOST_FROM_SIGHT("its record was closed as vanished");

    private final String words;

    If(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  private final By by;
  private final If condition;
  private final @Nullable InstancePhase fromRequested;
  private final @Nullable InstancePhase fromCloned;
  private final @Nullable InstancePhase fromReady;
  private final @Nullable InstancePhase fromReclaiming;
  private final @Nullable InstancePhase fromGone;

  InstanceEvent(
      By by,
      If condition,
      @Nullable InstancePhase fromRequested,
      @Nullable InstancePhase fromCloned,
      @Nullable InstancePhase fromReady,
      @Nullable InstancePhase fromReclaiming) {
    this(by, condition, fromRequested, fromCloned, fromReady, fromReclaiming, null);
  }

  InstanceEvent(
      By by,
      If condition,
      @Nullable InstancePhase fromRequested,
      @Nullable InstancePhase fromCloned,
      @Nullable InstancePhase fromReady,
      @Nullable InstancePhase fromReclaiming,
      @Nullable InstancePhase fromGone) {
    this.by = by;
    this.condition = condition;
    this.fromRequested = fromRequested;
    this.fromCloned = fromCloned;
    this.fromReady = fromReady;
    this.fromReclaiming = fromReclaiming;
    this.fromGone = fromGone;
  }

  public By by() {
    return by;
  }

  public If condition() {
    return condition;
  }

  /** What becomes of an instance in that phase; empty if this can't happen to it. */
  public Optional<InstancePhase> next(InstancePhase phase) {
    return Optional.ofNullable(
        switch (phase) {
          case REQUESTED -> fromRequested;
          case CLONED -> fromCloned;
          case READY -> fromReady;
          case RECLAIMING -> fromReclaiming;
          case GONE -> fromGone;
        });
  }

  /**
   * What becomes of an instance; empty if this can't happen to it as it is.
   *
   * @param seen its version when this was decided; empty if that does not matter
   */
  public Optional<InstancePhase> next(Instance now, Optional<Long> seen) {
    boolean holds =
        switch (condition) {
          case ALWAYS -> true;
          case WARM -> now.ownership().isWarm();
          case WARM_AND_PROVEN -> now.ownership().isWarm() && now.health() == Health.PROVEN;
          case NOT_WARM -> !now.ownership().isWarm();
          case UNCONFIRMED -> !now.confirmed();
          case AS_SEEN -> seen.isPresent();
          case LOST_FROM_SIGHT -> now.reason().equals(ReclaimPlanner.VANISHED);
        };
    boolean unchanged = seen.isEmpty() || seen.get() == now.version();
    return holds && unchanged ? next(now.phase()) : Optional.empty();
  }
}
