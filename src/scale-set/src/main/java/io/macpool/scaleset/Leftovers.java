package io.macpool.scaleset;

import io.macpool.broker.BrokerClient;
import io.macpool.broker.Instance;
import io.macpool.broker.net.Retries;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances under our lease that nobody here knows: of a create whose answer was lost, say. We keep
 * them alive by renewing the lease, so we have to find them. One that stays unknown for longer than
 * a create may take is destroyed.
 */
final class Leftovers {

  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  /** A create answers within three and a half minutes, or never. */
  private static final Duration A_CREATE_AT_MOST = Duration.ofMinutes(4);

  private final BrokerClient broker;
  private final String lease;
  private final Supplier<List<String>> known;
  private final Clock clock;
  private final Map<String, Instant> unknownSince = new HashMap<>();

  /**
   * Does nothing yet.
   *
   * @param known the instances that are somebody's here
   */
  Leftovers(BrokerClient broker, String lease, Supplier<List<String>> known, Clock clock) {
    this.broker = broker;
    this.lease = lease;
    this.known = known;
    this.clock = clock;
  }

  void start(ScheduledExecutorService timer) {
    var unused =
        timer.scheduleWithFixedDelay(
            this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    var unused =
        broker
            .heldUnder(lease)
            .handle(
                (held, failure) -> {
                  if (failure == null) {
                    held.ifPresent(this::compare);
                  } else {
                    log.debug(
                        "the lease's instances are not told: {}",
                        Retries.cause(failure).getMessage());
                  }
                  return null;
                });
  }

  /** What the lease holds, in one look. */
  synchronized void compare(List<Instance> held) {
    Set<String> strangers = held.stream().map(Instance::id).collect(Collectors.toSet());
    strangers.removeAll(known.get());
    unknownSince.keySet().retainAll(strangers);
    Instant now = clock.instant();
    for (String each : strangers) {
      Instant since = unknownSince.computeIfAbsent(each, id -> now);
      if (Duration.between(since, now).compareTo(A_CREATE_AT_MOST) > 0) {
        log.warn("instance {} is under our lease and nobody's here: it is destroyed", each);
        var unused = broker.delete(each);
      }
    }
  }
}
