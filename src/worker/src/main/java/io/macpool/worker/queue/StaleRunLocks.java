package io.macpool.worker.queue;

import io.macpool.core.claim.Silence;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Since when nobody has held the lock of a job whose message was taken from its custodian. A broker
 * whose patience is shorter than a lease hands such a message from one to the next: if each began
 * to count anew, none would ever run the job. So whoever loses it watches the lock on, and counts
 * on if the message comes again. Not seen is not silent: what can't be looked at is forgotten.
 */
final class StaleRunLocks {

  private static final Logger log = LoggerFactory.getLogger(StaleRunLocks.class);
  private static final int MOST = 200;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Looks are never held to follow each other more closely than this. */
  private static final Duration LEAST_GAP = Duration.ofSeconds(5);

  /** After so many leases the message is somebody else's, or gone. */
  private static final int LEASES = 10;

  private final RunLocks locks;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();

  StaleRunLocks(RunLocks locks, AmqpThreads threads) {
    this.locks = locks;
    this.blocking = threads.blocking();
    this.scheduler = threads.scheduler();
  }

  /** The message has come: whoever keeps it looks from now on, and counts on from what was seen. */
  Silence takeOver(String key) {
    Watch watch = watches.remove(key);
    return watch == null ? Silence.none() : watch.silence;
  }

  /** A look has found the lock free. */
  Silence next(Silence silence) {
    Duration gap = locks.lease().dividedBy(2);
    return silence.free(
        Duration.ofNanos(System.nanoTime()), gap.compareTo(LEAST_GAP) < 0 ? LEAST_GAP : gap);
  }

  /** The message was taken away: what was seen of its lock counts on. */
  void watch(String key, Silence silence) {
    if (silence.counts() && watches.size() < MOST) {
      Watch watch = new Watch(key, silence);
      watches.put(key, watch);
      watch.lookLater();
    }
  }

  private final class Watch {

    private final String key;
    private final long end = System.nanoTime() + locks.lease().multipliedBy(LEASES).toNanos();
    private volatile Silence silence;

    Watch(String key, Silence silence) {
      this.key = key;
      this.silence = silence;
    }

    private void lookLater() {
      Duration pause = locks.lease().dividedBy(8);
      long millis = Math.min(pause.toMillis(), LONGEST_PAUSE.toMillis());
      try {
        ScheduledFuture<?> unused =
            scheduler.schedule(() -> blocking.execute(this::look), millis, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("the worker closes: it watches no runner any more");
      }
    }

    private void look() {
      if (watches.get(key) != this) {
        return; // its message is here again
      }
      if (isSilent() && System.nanoTime() - end < 0) {
        silence = next(silence);
        lookLater();
      } else {
        watches.remove(key, this);
      }
    }

    private boolean isSilent() {
      try {
        return !locks.isHeld(key) && !locks.isElsewhere(key);
      } catch (IOException | RuntimeException e) {
        log.debug("a job's lock can't be looked at: {}", AmqpConnection.phrase(e));
        return false;
      }
    }
  }
}
