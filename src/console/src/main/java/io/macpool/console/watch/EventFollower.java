package io.macpool.console.watch;

import io.macpool.broker.BrokerEndpoint;
import io.macpool.broker.BrokerEvents;
import io.macpool.broker.Instance;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hears of changes between two questions at once, from the broker's events, and amends its last
 * answer; many changes are taken in together.
 */
public final class EventFollower implements AutoCloseable {

  private static final Duration TAKEN_IN_EVERY = Duration.ofMillis(100);

  private final Poller<BrokerState> broker;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final PoolNews news = new PoolNews();
  private final AtomicBoolean told = new AtomicBoolean();
  private final BrokerEvents events;

  public EventFollower(
      BrokerEndpoint endpoint,
      Poller<BrokerState> broker,
      ScheduledExecutorService answers,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.broker = broker;
    this.timer = timer;
    this.clock = clock;
    this.events = new BrokerEvents(endpoint, new Changes(), answers, timer);
  }

  private final class Changes implements BrokerEvents.Listener {

    @Override
    public void changed(Instance instance) {
      hear(instance.id(), Optional.of(instance));
    }

    @Override
    public void gone(String id) {
      hear(id, Optional.empty());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
    private void hear(String id, Optional<Instance> now) {
      news.hear(id, now, clock.instant());
      if (!told.getAndSet(true)) {
        timer.schedule(
            EventFollower.this::takeIn, TAKEN_IN_EVERY.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  private void takeIn() {
    told.set(false);
    broker.amend(news.all());
  }

  /** Begins to hear. */
  public void start() {
    broker.refine(news::onto);
    events.start();
  }

  @Override
  public void close() {
    events.close();
  }
}
