package io.macpool.worker.queue;

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
final class SilentRunners {

  private static final Logger log = LoggerFactory.getLogger(SilentRunners.class);
  private static final int MOST = 200;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** After so many leases the message is somebody else's, or gone. */
  private static final int LEASES = 10;

  private final RunLocks locks;
  private final Executor blocking;
  private final ScheduledExecutorService scheduler;
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();

  SilentRunners(RunLocks locks, AmqpThreads threads) {
    this.locks = locks;
    this.blocking = threads.blocking();
    this.scheduler = threads.scheduler();
  }

  /**
   * The message has come: whoever keeps it looks from now on.
   *
   * @return since when nobody has held the lock, by {@link System#nanoTime}: now, if that is not
   *     known
   */
  long takeOver(String key) {
    Watch watch = watches.remove(key);
    return watch == null ? System.nanoTime() : watch.since;
  }

  /** The message was taken away, and nobody held the lock since then. */
  void watch(String key, long since) {
    if (watches.size() < MOST) {
      Watch watch = new Watch(key, since);
      watches.put(key, watch);
      watch.lookLater();
    }
  }

  private final class Watch {

    private final String key;
    private final long since;
    private final long end = System.nanoTime() + locks.lease().multipliedBy(LEASES).toNanos();

    Watch(String key, long since) {
      this.key = key;
      this.since = since;
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
