package io.macpool.worker.queue;

import io.macpool.core.claim.RunClaimPlanner;
import io.macpool.core.claim.RunClaimPlanner.Decision;
import io.macpool.core.claim.RunClaimPlanner.Ending;
import io.macpool.core.claim.RunClaimPlanner.Runner;
import io.macpool.core.claim.RunClaimPlanner.Sight;
import io.macpool.core.claim.Silence;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that this worker holds and runs nothing for, because somebody else runs their jobs or
 * did so a moment ago. They cost a channel each, and no processor. What becomes of them is {@link
 * RunClaimPlanner}'s.
 */
final class HeldDeliveries {

  /** What a queue does with a message that is to be run, or whose run is here. */
  interface Owner {

    /** Whether a processor waits for a job. */
    boolean hasProcessor();

    /** Gives the message to a processor; false if none waits any more. */
    boolean run(AmqpDelivery delivery);

    /** Gives the message to the job that runs here and has lost its own; false if there is none. */
    boolean adopt(AmqpDelivery delivery);
  }

  private static final Logger log = LoggerFactory.getLogger(HeldDeliveries.class);
  private static final Duration FIRST_LOOK = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** A queue that counts returns must not be given cause to drop the message. */
  private static final long RETURNS_TO_RENEW_AT = 2;

  private final RunLocks locks;
  private final StaleRunLocks silences;
  private final JobEndRecords endings;
  private final Owner owner;
  private final RunClaimPlanner planner;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final Set<Held> held = ConcurrentHashMap.newKeySet();

  HeldDeliveries(RunLocks locks, JobEndRecords endings, Owner owner, AmqpThreads threads) {
    this.locks = locks;
    this.silences = new StaleRunLocks(locks, threads);
    this.endings = endings;
    this.owner = owner;
    this.planner = new RunClaimPlanner(locks.lease());
    this.blocking = threads.blocking();
    this.scheduler = threads.scheduler();
  }

  /** How many messages it holds. */
  int size() {
    return held.size();
  }

  /** Takes charge of a message; to be called on a thread that may block. */
  void hold(AmqpDelivery delivery) {
    Held one = new Held(delivery);
    held.add(one);
    one.look();
  }

  private final class Held {

    private final AmqpDelivery delivery;
    private Duration pause = FIRST_LOOK;
    private Silence silence;
    private Runner runner = Runner.UNKNOWN;
    private boolean told;

    Held(AmqpDelivery delivery) {
      this.delivery = delivery;
      silence = silences.takeOver(delivery.key());
    }

    void look() {
      try {
        if (carryOut(planner.decide(sight()))) {
          held.remove(this);
          return;
        }
      } catch (IOException | RuntimeException e) {
        silence = Silence.none();
        log.info("can't tell yet who runs a job that came again: {}", AmqpConnection.phrase(e));
      }
      lookLater();
    }

    private void lookLater() {
      try {
        ScheduledFuture<?> unused =
            scheduler.schedule(
                () -> blocking.execute(this::look), pause.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("the worker closes: what it holds goes back with its connection");
      }
      Duration longest =
          locks.lease().dividedBy(4).compareTo(LONGEST_PAUSE) < 0
              ? locks.lease().dividedBy(4)
              : LONGEST_PAUSE;
      Duration next = pause.multipliedBy(2);
      pause = next.compareTo(longest) > 0 ? longest : next;
    }

    /** The lock is looked at first: see {@link Sight}. */
    private Sight sight() throws IOException {
      String key = delivery.key();
      boolean lost = delivery.isLost();
      if (!lost) {
        runner = Runner.UNKNOWN; // unless it can be told
        if (locks.isHeld(key)) {
          runner = Runner.HERE;
        } else {
          runner = locks.isElsewhere(key) ? Runner.ELSEWHERE : Runner.NOBODY;
        }
        silence = runner == Runner.NOBODY ? silences.next(silence) : Silence.none();
      }
      Ending ending = lost || runner == Runner.HERE ? Ending.UNKNOWN : endings.find(key);
      boolean mayBeFree = !lost && runner == Runner.NOBODY && ending == Ending.NONE;
      boolean givenBack = mayBeFree && delivery.isRedelivered() && locks.isMarkedFree(key);
      return new Sight(
          delivery.isRedelivered(),
          givenBack,
          lost,
          runner,
          ending,
          silence.length(),
          owner.hasProcessor());
    }

    /** Whether the message is out of custody by it. */
    private boolean carryOut(Decision decision) throws IOException {
      return switch (decision) {
        case FORGET -> {
          silences.watch(delivery.key(), silence);
          yield true;
        }
        case ADOPT -> renewed() || owner.adopt(delivery);
        case TELL_AND_ACK -> {
          endings.tell(delivery.key());
          yield ack();
        }
        case ACK -> ack();
        case RUN -> run();
        case GIVE_BACK -> {
          delivery.giveBack();
          yield true;
        }
        case HOLD -> keep();
      };
    }

    private boolean ack() {
      log.info("a job that came again has ended: its message is acked");
      CompletableFuture<Boolean> unused = delivery.ack();
      return true;
    }

    private boolean run() throws IOException {
      if (!locks.take(delivery.key())) {
        silence = Silence.none();
        return false;
      }
      try {
        locks.unmark(delivery.key());
      } catch (IOException | RuntimeException e) {
        locks.release(delivery.key());
        throw e;
      }
      if (!owner.run(delivery)) {
        delivery.giveBack(); // marked again, and its lock with it
      }
      return true;
    }

    /** Whether it was put anew: whoever gets it next is its custodian. */
    private boolean keep() throws IOException {
      if (!told) {
        told = true;
        log.info("a job came again that another worker runs, or did: its message is kept");
      }
      return renewed();
    }

    /** Whether the queue had it back so often that a copy, with nothing counted, took its place. */
    private boolean renewed() throws IOException {
      return delivery.returns() >= RETURNS_TO_RENEW_AT && delivery.renew();
    }
  }
}
