package io.macpool.core.claim;

import io.macpool.core.claim.RunClaimPlanner.Decision;
import io.macpool.core.claim.RunClaimPlanner.Ending;
import io.macpool.core.claim.RunClaimPlanner.Runner;
import io.macpool.core.claim.RunClaimPlanner.Sight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One job, its message, lock and end, and some workers, at one moment. Time is not counted: a lease
 * runs out at any step, as long as nobody holds the lock.
 *
 * @param holder who holds the message; -1: it waits in the queue; -2: it is acked
 * @param handedOut whether somebody had it before
 * @param lock who holds the lock; -1: nobody
 * @param author who wrote the end down; -1: nobody
 * @param reported the end is published and confirmed
 * @param told that is noted beside the end
 * @param doubled two different ends were reported
 * @param early somebody began to run it, or went on, while another did who was not silent for a
 *     lease, or after its end was told
 * @param marked it is marked as given back, by one who runs nothing of it
 * @param untouched nobody has begun to run it since it was given back, marked or not
 * @param cuts, crashes how many more may happen
 */
record ClaimWorld(
    int holder,
    boolean handedOut,
    int lock,
    int author,
    boolean reported,
    boolean told,
    boolean doubled,
    boolean early,
    boolean marked,
    boolean untouched,
    int cuts,
    int takebacks,
    int crashes,
    List<Actor> actors) {

  private static final int QUEUE = -1;
  private static final int ACKED = -2;
  private static final int NOBODY = -1;
  private static final Duration LEASE = Duration.ofSeconds(20);
  private static final RunClaimPlanner PLANNER = new RunClaimPlanner(LEASE);

  /** What a worker does about the job. */
  enum Doing {
    NOTHING,
    /** It holds the message and runs nothing. */
    KEEPING,
    RUNNING,
    /** It is back, runs on, and has found that another has the lock: about to give way. */
    RETURNED,
    /** Its end is written down. */
    WRITTEN,
    /** Its end, or the one that counts, is confirmed. */
    REPORTED
  }

  /**
   * One worker.
   *
   * @param silent in custody, or since it lost the message: whether a lease has run out with nobody
   *     on the lock
   * @param deceived the node of the queue was gone: it does not know yet that it has lost the
   *     message, and no ack of its counts, though each is taken
   */
  record Actor(boolean alive, boolean connected, Doing doing, boolean silent, boolean deceived) {

    Actor(boolean alive, boolean connected, Doing doing, boolean silent) {
      this(alive, connected, doing, silent, false);
    }

    Actor goesOnTo(Doing next) {
      return new Actor(alive, connected, next, false, deceived);
    }
  }

  /** Something that may happen next. */
  record Step(String name, ClaimWorld next) {}

  /** What the protocol forgets, to see that the search notices. */
  enum Fault {
    NONE,
    /** Whoever gets the message runs it, whoever has the lock. */
    NO_CUSTODY,
    /** The lock is not taken before a run. */
    NO_LOCK,
    /** A free lock is enough: no lease is waited for. */
    NO_LEASE,
    /** The message is acked before the end is written down and reported. */
    EARLY_ACK,
    /** An end that somebody wrote before is overwritten. */
    LAST_WORD_COUNTS,
    /** A message that comes again is run, though its job has ended. */
    NO_LOOK_UP,
    /** Who comes back and finds its lock taken runs on. */
    NO_GIVING_WAY,
    /** Who comes back and finds its lock free does not look whether somebody ended the job. */
    NO_LOOK_ON_RETURN,
    /** Once it has acked it forgets the end, though the ack may count for nothing. */
    ACK_BELIEVED,
    /** Who runs what was given back leaves the mark, as if that run, too, had been given back. */
    MARK_KEPT
  }

  static ClaimWorld begin(int workers) {
    List<Actor> actors = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      actors.add(new Actor(true, true, Doing.NOTHING, false));
    }
    return new ClaimWorld(
        QUEUE,
        false,
        NOBODY,
        NOBODY,
        false,
        false,
        false,
        false,
        false,
        false,
        2,
        4 - workers,
        1,
        List.copyOf(actors));
  }

  /** What is wrong with this moment, if anything is. */
  Optional<String> broken() {
    if (doubled) {
      return Optional.of("two ends reported");
    }
    if (holder == ACKED && !reported) {
      return Optional.of("acked and never reported");
    }
    if (early) {
      return Optional.of("run beside another that was not silent for a lease, or after its end");
    }
    long running =
        actors.stream()
            .filter(a -> a.alive() && a.connected() && a.doing() == Doing.RUNNING)
            .count();
    if (running > 1) {
      return Optional.of("run by two that are both connected");
    }
    return Optional.empty();
  }

  boolean isSettled() {
    return (holder == ACKED && reported) || actors.stream().noneMatch(Actor::alive);
  }

  List<Step> steps(Fault fault) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < actors.size(); i++) {
      Actor actor = actors.get(i);
      if (actor.alive() && actor.connected()) {
        act(i, actor, fault, steps);
      } else if (actor.alive()) {
        steps.add(new Step(i + " is back", back(i, actor, fault)));
      }
      if (actor.alive() && crashes > 0) {
        steps.add(
            new Step(
                i + " dies",
                cutOff(i, new Actor(false, false, Doing.NOTHING, false), cuts, crashes - 1)));
      }
      if (actor.alive() && actor.connected() && cuts > 0) {
        Doing doing = actor.doing() == Doing.KEEPING ? Doing.NOTHING : actor.doing();
        steps.add(
            new Step(
                i + " is cut off",
                cutOff(i, new Actor(true, false, doing, false), cuts - 1, crashes)));
      }
    }
    if (holder >= 0 && takebacks > 0) {
      steps.add(new Step("the message times out", takenBack()));
      steps.add(new Step("the queue's node goes and comes", nodeGone()));
    }
    return steps;
  }

  private void act(int i, Actor actor, Fault fault, List<Step> steps) {
    if (actor.deceived()) {
      Actor wiser = new Actor(true, true, actor.doing(), actor.silent());
      steps.add(new Step(i + " hears of it", set(i, wiser, holder, handedOut, lock)));
    }
    switch (actor.doing()) {
      case NOTHING -> {
        if (holder == QUEUE) {
          steps.add(new Step(i + " gets the message", received(i, fault)));
        }
      }
      case KEEPING -> keep(i, actor, fault, steps);
      case RUNNING -> {
        if (holder == QUEUE) {
          Actor whole = new Actor(true, true, Doing.RUNNING, false);
          steps.add(new Step(i + " adopts its message", set(i, whole, i, true, lock)));
        }
        if (fault == Fault.EARLY_ACK && holder == i) {
          steps.add(new Step(i + " acks early", acked()));
        }
        if (holder == i || actor.deceived()) {
          steps.add(new Step(i + " gives it back", givenBack(i)));
        }
        steps.add(new Step(i + " writes the end", written(i, fault)));
      }
      case RETURNED -> {
        steps.add(
            new Step(
                i + " gives way",
                set(i, new Actor(true, true, Doing.NOTHING, false), holder, handedOut, lock)));
        steps.add(new Step(i + " writes the end", written(i, fault)));
      }
      case WRITTEN -> steps.add(new Step(i + " reports", reported(i)));
      case REPORTED -> steps.add(new Step(i + " settles", settled(i, actor, fault)));
    }
  }

  /** It runs nothing of it: it marks that, and lets message and lock go. */
  private ClaimWorld givenBack(int i) {
    return new ClaimWorld(
        holder == i ? QUEUE : holder,
        true,
        lock == i ? NOBODY : lock,
        author,
        reported,
        told,
        doubled,
        early,
        true,
        true,
        cuts,
        takebacks,
        crashes,
        replaced(i, new Actor(true, true, Doing.NOTHING, false)));
  }

  /** A run begins: what was said of earlier ones counts no more. */
  private ClaimWorld touched(Fault fault) {
    return new ClaimWorld(
        holder,
        handedOut,
        lock,
        author,
        reported,
        told,
        doubled,
        early,
        marked && fault == Fault.MARK_KEPT,
        false,
        cuts,
        takebacks,
        crashes,
        actors);
  }

  private ClaimWorld begun(boolean tooEarly) {
    boolean others = actors.stream().anyMatch(a -> a.alive() && a.doing() == Doing.RUNNING);
    return new ClaimWorld(
        holder,
        handedOut,
        lock,
        author,
        reported,
        told,
        doubled,
        early || (others && tooEarly) || (reported && told),
        marked,
        untouched,
        cuts,
        takebacks,
        crashes,
        actors);
  }

  private ClaimWorld received(int i, Fault fault) {
    boolean first = !handedOut && lock == NOBODY;
    if (first || fault == Fault.NO_CUSTODY) {
      return touched(fault).set(i, new Actor(true, true, Doing.RUNNING, false), i, true, i);
    }
    boolean silent = actors.get(i).silent() && lock == NOBODY;
    return set(i, new Actor(true, true, Doing.KEEPING, silent), i, true, lock);
  }

  private void keep(int i, Actor actor, Fault fault, List<Step> steps) {
    if ((lock == NOBODY || fault == Fault.NO_LOCK) && !actor.silent()) {
      steps.add(
          new Step(
              "the lease runs out for " + i,
              set(
                  i,
                  new Actor(true, true, Doing.KEEPING, true, actor.deceived()),
                  holder,
                  handedOut,
                  lock)));
    }
    Ending ending =
        author == NOBODY || fault == Fault.NO_LOOK_UP
            ? Ending.NONE
            : told ? Ending.TOLD : Ending.WRITTEN;
    Runner runner =
        lock == NOBODY || fault == Fault.NO_LOCK
            ? Runner.NOBODY
            : lock == i ? Runner.HERE : Runner.ELSEWHERE;
    boolean over = actor.silent() || fault == Fault.NO_LEASE;
    Decision decision =
        PLANNER.decide(
            new Sight(
                true,
                marked,
                holder != i && !actor.deceived(),
                runner,
                ending,
                over ? LEASE : Duration.ZERO,
                true));
    Actor idle = new Actor(true, true, Doing.NOTHING, false);
    switch (decision) {
      case FORGET -> {
        Actor watching = new Actor(true, true, Doing.NOTHING, actor.silent() && lock == NOBODY);
        steps.add(new Step(i + " forgets", set(i, watching, holder, handedOut, lock)));
      }
      case ACK ->
          steps.add(new Step(i + " acks", set(i, idle, ackedBy(i, actor), handedOut, lock)));
      case TELL_AND_ACK ->
          steps.add(
              new Step(
                  i + " tells and acks",
                  new ClaimWorld(
                      ackedBy(i, actor),
                      handedOut,
                      lock,
                      author,
                      true,
                      true,
                      doubled,
                      early,
                      marked,
                      untouched,
                      cuts,
                      takebacks,
                      crashes,
                      replaced(i, idle))));
      case RUN ->
          steps.add(
              new Step(
                  i + " runs",
                  begun(!actor.silent() && !untouched)
                      .touched(fault)
                      .set(i, actor.goesOnTo(Doing.RUNNING), holder, handedOut, i)));
      case HOLD, ADOPT, GIVE_BACK -> {
        // nothing changes
      }
    }
  }

  private ClaimWorld written(int i, Fault fault) {
    boolean counts = author == NOBODY || author == i || fault == Fault.LAST_WORD_COUNTS;
    boolean twice = counts && reported && author != i;
    return new ClaimWorld(
        holder,
        handedOut,
        lock,
        counts ? i : author,
        reported,
        told,
        doubled || twice,
        early,
        marked,
        untouched,
        cuts,
        takebacks,
        crashes,
        replaced(i, actors.get(i).goesOnTo(Doing.WRITTEN)));
  }

  private ClaimWorld reported(int i) {
    return new ClaimWorld(
        holder,
        handedOut,
        lock,
        author,
        true,
        told,
        doubled,
        early,
        marked,
        untouched,
        cuts,
        takebacks,
        crashes,
        replaced(i, actors.get(i).goesOnTo(Doing.REPORTED)));
  }

  /** Acks if it holds the message, else notes that all is told; then lets the lock go. */
  private ClaimWorld settled(int i, Actor actor, Fault fault) {
    boolean forgets = fault == Fault.ACK_BELIEVED && actor.deceived();
    return new ClaimWorld(
        ackedBy(i, actor),
        handedOut,
        lock == i ? NOBODY : lock,
        forgets ? NOBODY : author,
        reported,
        !forgets,
        doubled,
        early,
        marked,
        untouched,
        cuts,
        takebacks,
        crashes,
        replaced(i, new Actor(true, true, Doing.NOTHING, false)));
  }

  /** Who holds the message after an ack of this worker. */
  private int ackedBy(int i, Actor actor) {
    return holder == i && !actor.deceived() ? ACKED : holder;
  }

  private ClaimWorld acked() {
    return new ClaimWorld(
        ACKED, handedOut, lock, author, reported, told, doubled, early, marked, untouched, cuts,
        takebacks, crashes, actors);
  }

  /** The broker has found it gone: its message goes back, its lock with it. */
  private ClaimWorld cutOff(int i, Actor actor, int cutsLeft, int crashesLeft) {
    return new ClaimWorld(
        holder == i ? QUEUE : holder,
        handedOut,
        lock == i ? NOBODY : lock,
        author,
        reported,
        told,
        doubled,
        early,
        marked,
        untouched,
        cutsLeft,
        takebacks,
        crashesLeft,
        replaced(i, actor));
  }

  /**
   * It takes its lock again at once; if somebody else has it, or an end is there, its run is over.
   */
  private ClaimWorld back(int i, Actor actor, Fault fault) {
    boolean busy = actor.doing() != Doing.NOTHING;
    boolean free = lock == NOBODY || lock == i;
    boolean taken = !free && fault != Fault.NO_GIVING_WAY;
    boolean ended = author != NOBODY && fault != Fault.NO_LOOK_ON_RETURN;
    boolean runs = actor.doing() == Doing.RUNNING || actor.doing() == Doing.RETURNED;
    Doing doing =
        runs && taken
            ? Doing.RETURNED
            : runs && ended ? Doing.NOTHING : runs ? Doing.RUNNING : actor.doing();
    boolean locks = busy && free && doing != Doing.NOTHING;
    ClaimWorld now = doing == Doing.RUNNING && told ? begun(true) : this;
    return now.set(i, new Actor(true, true, doing, false), holder, handedOut, locks ? i : lock);
  }

  /** The channel is closed for it, nothing else: the lock stays. */
  private ClaimWorld takenBack() {
    return new ClaimWorld(
        QUEUE,
        true,
        lock,
        author,
        reported,
        told,
        doubled,
        early,
        marked,
        untouched,
        cuts,
        takebacks - 1,
        crashes,
        actors);
  }

  /** It goes back to the queue, and its holder does not know. */
  private ClaimWorld nodeGone() {
    Actor was = actors.get(holder);
    Actor deceived = new Actor(was.alive(), was.connected(), was.doing(), was.silent(), true);
    ClaimWorld back = takenBack();
    return back.set(holder, deceived, QUEUE, true, lock);
  }

  private ClaimWorld set(int i, Actor actor, int newHolder, boolean out, int newLock) {
    List<Actor> all = new ArrayList<>(replaced(i, actor));
    if (newLock != NOBODY && newLock != lock) {
      // Whoever waits for a lease begins anew when the lock is held.
      all.replaceAll(a -> a.silent() ? a.goesOnTo(a.doing()) : a);
    }
    return new ClaimWorld(
        newHolder,
        out,
        newLock,
        author,
        reported,
        told,
        doubled,
        early,
        marked,
        untouched,
        cuts,
        takebacks,
        crashes,
        List.copyOf(all));
  }

  private List<Actor> replaced(int i, Actor actor) {
    List<Actor> all = new ArrayList<>(actors);
    all.set(i, actor);
    return List.copyOf(all);
  }
}
