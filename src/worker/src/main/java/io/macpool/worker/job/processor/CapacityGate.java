package io.macpool.worker.job.processor;

import io.macpool.broker.BrokerException;
import io.macpool.broker.Capacity;
import io.macpool.broker.net.Retries;
import io.macpool.core.Observed;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets processors take as many jobs as the broker has room for, counting the instances that our own
 * jobs hold already. Other workers may be faster: then a create finds the pool full, and waits.
 * What the gate keeps is that jobs wait in the queue, where they are seen and shared, and not here.
 *
 * <p>A broker without {@code /capacity} opens the gate for good. While one that has it can't be
 * read, no more room is granted: unknown is not zero, nor is it plenty.
 */
public final class CapacityGate implements SlotGate {

  private static final Logger log = LoggerFactory.getLogger(CapacityGate.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** Between looks while somebody waits for room and nothing changes. */
  private static final Duration LONGEST_PAUSE_FULL = Duration.ofSeconds(5);

  /** The same while all who asked have room and wait for a job. */
  private static final Duration LONGEST_PAUSE_IDLE = Duration.ofMinutes(1);

  private static final Duration BELIEVED = Duration.ofSeconds(10);

  private final Supplier<CompletableFuture<Optional<Capacity>>> source;
  private final IntSupplier ownInstances;
  private final Clock clock;
  private final ScheduledExecutorService scheduler;
  private final Deque<Room> waiting = new ArrayDeque<>();
  private final List<Room> granted = new ArrayList<>();
  private Observed<Integer> limit;
  private boolean open;
  private boolean asking;
  private int unchanged;
  private @Nullable ScheduledFuture<?> next;

  /**
   * A gate that has not looked yet.
   *
   * @param ownInstances how many instances this worker's jobs hold now
   */
  public CapacityGate(
      Supplier<CompletableFuture<Optional<Capacity>>> source,
      IntSupplier ownInstances,
      Clock clock,
      ScheduledExecutorService scheduler) {
    this.source = source;
    this.ownInstances = ownInstances;
    this.clock = clock;
    this.scheduler = scheduler;
    this.limit = Observed.unknown("not looked at yet", clock.instant());
  }

  @Override
  public Hold ask(Runnable withdrawn) {
    Room room = new Room(withdrawn);
    List<Room> now;
    synchronized (this) {
      waiting.add(room);
      now = grant();
      lookNow();
    }
    now.forEach(Room::complete);
    return room;
  }

  /** How many processors wait for room. */
  public synchronized int waiting() {
    return waiting.size();
  }

  private List<Room> grant() {
    List<Room> now = new ArrayList<>();
    int room = open ? Integer.MAX_VALUE : limit.toOptional().orElse(0);
    while (!waiting.isEmpty() && granted.size() < room) {
      Room next = waiting.poll();
      granted.add(next);
      now.add(next);
    }
    return now;
  }

  /** Looks again while anybody waits, for a job or for room. */
  private void lookSoon(Duration pause) {
    boolean needed = !waiting.isEmpty() || granted.stream().anyMatch(room -> !room.used);
    if (asking || open || !needed || (next != null && !next.isDone())) {
      return;
    }
    try {
      next = scheduler.schedule(this::look, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the worker closes: the gate looks no more");
    }
  }

  /** Something changed that the last look did not know of. */
  private void lookNow() {
    unchanged = 0;
    if (next != null && !asking) {
      next.cancel(false);
    }
    lookSoon(Duration.ZERO);
  }

  /** Longer and longer as long as nothing changes. */
  private Duration pause() {
    Duration longest = waiting.isEmpty() ? LONGEST_PAUSE_IDLE : LONGEST_PAUSE_FULL;
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(unchanged++, 10));
    return pause.compareTo(longest) > 0 ? longest : pause;
  }

  private void look() {
    synchronized (this) {
      if (asking) {
        return; // called off when it had begun, so that another one looks already
      }
      asking = true;
      next = null; // it is this one
    }
    int own = ownInstances.getAsInt();
    CompletableFuture<Optional<Capacity>> unused =
        source
            .get()
            .whenComplete(
                (capacity, failure) -> {
                  if (failure == null) {
                    seen(capacity, own);
                  } else {
                    failed(Retries.cause(failure));
                  }
                });
  }

  private void seen(Optional<Capacity> capacity, int own) {
    List<Room> now;
    List<Room> back = new ArrayList<>();
    synchronized (this) {
      asking = false;
      if (capacity.isEmpty()) {
        log.info("the broker does not tell its capacity: jobs are taken without a look at it");
        open = true;
      } else {
        Capacity.Slots slots = capacity.get().slots();
        boolean same =
            limit
                .toOptional()
                .filter(known -> known == slots.free() + slots.warm() + own)
                .isPresent();
        unchanged = same ? unchanged : 0;
        limit = Observed.known(slots.free() + slots.warm() + own, clock.instant());
        back = excess(slots.free() + slots.warm() + own);
      }
      now = grant();
      lookSoon(pause());
    }
    now.forEach(Room::complete);
    back.forEach(room -> room.withdrawn.run());
  }

  /** Rooms over the limit that are not in use, the youngest first. */
  private List<Room> excess(int room) {
    List<Room> back = new ArrayList<>();
    for (int i = granted.size() - 1; i >= 0 && granted.size() - back.size() > room; i--) {
      if (!granted.get(i).used) {
        back.add(granted.get(i));
      }
    }
    return back;
  }

  private void failed(Throwable failure) {
    List<Room> now;
    synchronized (this) {
      asking = false;
      if (failure instanceof BrokerException e && isAnAnswer(e)) {
        log.warn("jobs are taken without a look at the broker's capacity: {}", e.getMessage());
        open = true;
      } else {
        boolean knew = limit.isKnown();
        limit = limit.afterFailure(String.valueOf(failure.getMessage()), BELIEVED, clock.instant());
        if (knew && !limit.isKnown()) {
          log.warn("no further jobs are taken: {}", failure.getMessage());
        }
      }
      now = grant();
      lookSoon(pause());
    }
    now.forEach(Room::complete);
  }

  /** A token that may not read the capacity, say, will not learn to. */
  private static boolean isAnAnswer(BrokerException e) {
    return e.reason() == BrokerException.Reason.REFUSED
        || e.reason() == BrokerException.Reason.UNAUTHORIZED;
  }

  private final class Room implements Hold {

    private final Runnable withdrawn;
    private final CompletableFuture<Void> future = new CompletableFuture<>();
    private boolean used;

    Room(Runnable withdrawn) {
      this.withdrawn = withdrawn;
    }

    @Override
    public CompletableFuture<Void> granted() {
      return future;
    }

    @Override
    public void use() {
      synchronized (CapacityGate.this) {
        used = true;
        lookNow();
      }
    }

    @Override
    public void release() {
      List<Room> now;
      synchronized (CapacityGate.this) {
        waiting.remove(this);
        if (granted.remove(this) && used) {
          // Its instance takes a while to go: the room is not free before the broker says so.
          limit
              .toOptional()
              .ifPresent(known -> limit = Observed.known(Math.max(0, known - 1), clock.instant()));
          lookNow();
        }
        now = grant();
      }
      now.forEach(Room::complete);
    }

    private void complete() {
      future.complete(null);
    }
  }
}
