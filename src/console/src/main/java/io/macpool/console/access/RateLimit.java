package io.macpool.console.access;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each viewer may ask: so many times at once, and so many times a second from then on. Of
 * more viewers than it can remember, those who have been silent for longest begin anew.
 * Thread-safe.
 */
public final class RateLimit {

  private static final int MOST_VIEWERS = 10_000;

  private record Room(double left, Instant at) {}

  private final int atOnce;
  private final double perSecond;
  private final Clock clock;
  private final Map<String, Room> rooms =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Room> eldest) {
          return size() > MOST_VIEWERS;
        }
      };

  public RateLimit(int atOnce, double perSecond, Clock clock) {
    this.atOnce = atOnce;
    this.perSecond = perSecond;
    this.clock = clock;
  }

  /** Whether this viewer may ask now; if so, it has asked. */
  synchronized boolean allows(String viewer) {
    Instant now = clock.instant();
    Room before = rooms.getOrDefault(viewer, new Room(atOnce, now));
    double seconds = Math.max(0, Duration.between(before.at(), now).toMillis() / 1000.0);
    double left = Math.min(atOnce, before.left() + seconds * perSecond);
    boolean allowed = left >= 1;
    rooms.put(viewer, new Room(allowed ? left - 1 : left, now));
    return allowed;
  }
}
