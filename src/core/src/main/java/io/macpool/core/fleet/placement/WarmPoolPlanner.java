package io.macpool.core.fleet.placement;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides how many instances wait, booted, for owners. A pure function: those on their way count as
 * supply, so that a slow boot does not make more of them, and none is sent away for being one too
 * many before its time is over, so that demand that comes and goes does not make the pool swing.
 */
public final class WarmPoolPlanner {

  /**
   * What is kept of one image.
   *
   * @param min at any time, room permitting
   * @param max however high the demand
   * @param ttl how long one waits before it is replaced by a fresh one
   */
  public record Policy(String image, int min, int max, Duration ttl) {
    public Policy {
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(ttl, "ttl");
      if (min < 0 || max < min || ttl.isNegative() || ttl.isZero()) {
        throw new IllegalArgumentException(
            image + ": needs 0 <= min <= max and a ttl: " + min + ", " + max + ", " + ttl);
      }
    }
  }

  /**
   * One that waits or is on its way.
   *
   * @param waiting whether it could be handed over now
   * @param since when it began to wait, or to be made
   */
  public record Warm(String id, String image, String host, boolean waiting, Instant since) {
    public Warm {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(since, "since");
    }
  }

  /** Why one is sent away; also a metric's tag. */
  public enum Retirement {
    EXPIRED,
    NO_POLICY,
    HOST_DRAINS,
    NEVER_BOOTED,
    SURPLUS
  }

  /** One that is sent away. */
  public record Retire(String id, Retirement reason) {
    public Retire {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * What to do.
   *
   * @param starts how many to make, by image
   */
  public record Plan(Map<String, Integer> starts, List<Retire> retirements) {
    public Plan {
      starts = Map.copyOf(starts);
      retirements = List.copyOf(retirements);
    }
  }

  private WarmPoolPlanner() {}

  /**
   * Plans.
   *
   * @param demand instances asked for lately, by image: over about the time that it takes to make
   *     one
   * @param draining hosts that warm ones must leave
   * @param free slots that nobody else waits for
   * @param bootLimit one that is on its way for longer is broken
   */
  public static Plan plan(
      Collection<Policy> policies,
      Collection<Warm> warm,
      Map<String, Integer> demand,
      Set<String> draining,
      int free,
      Duration bootLimit,
      Instant now) {
    Map<String, Policy> byImage = new TreeMap<>();
    policies.forEach(policy -> byImage.put(policy.image(), policy));
    List<Retire> retirements = new ArrayList<>();
    Map<String, Integer> supply = new TreeMap<>();
    List<Warm> oldestFirst = new ArrayList<>(warm);
    oldestFirst.sort(
        Comparator.comparing(Warm::since).reversed().thenComparing(Warm::id)); // youngest stay
    for (Warm one : oldestFirst) {
      Policy policy = byImage.get(one.image());
      int before = supply.getOrDefault(one.image(), 0);
      Retirement reason = verdict(one, policy, before, draining, bootLimit, now);
      if (reason == null) {
        supply.put(one.image(), before + 1);
      } else {
        retirements.add(new Retire(one.id(), reason));
      }
    }
    return new Plan(starts(byImage, supply, demand, free), retirements);
  }

  private static @Nullable Retirement verdict(
      Warm one,
      @Nullable Policy policy,
      int others,
      Set<String> draining,
      Duration bootLimit,
      Instant now) {
    if (policy == null) {
      return Retirement.NO_POLICY;
    } else if (draining.contains(one.host())) {
      return Retirement.HOST_DRAINS;
    } else if (one.waiting() && !one.since().plus(policy.ttl()).isAfter(now)) {
      return Retirement.EXPIRED;
    } else if (!one.waiting() && !one.since().plus(bootLimit).isAfter(now)) {
      return Retirement.NEVER_BOOTED;
    }
    return others >= policy.max() ? Retirement.SURPLUS : null;
  }

  /** Free slots go one by one to the images in turn, so that none starves another. */
  private static Map<String, Integer> starts(
      Map<String, Policy> policies,
      Map<String, Integer> supply,
      Map<String, Integer> demand,
      int free) {
    Map<String, Integer> starts = new TreeMap<>();
    int left = free;
    boolean more = true;
    while (left > 0 && more) {
      more = false;
      for (Policy policy : policies.values()) {
        String image = policy.image();
        int wanted = Math.min(policy.max(), Math.max(policy.min(), demand.getOrDefault(image, 0)));
        int had = supply.getOrDefault(image, 0) + starts.getOrDefault(image, 0);
        if (had < wanted && left > 0) {
          starts.merge(image, 1, Integer::sum);
          left--;
          more = true;
        }
      }
    }
    return starts;
  }
}
