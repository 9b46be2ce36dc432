package io.macpool.sim.kubernetes;

import io.macpool.sim.kubernetes.ApiCall.Verb;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Counts the calls that reach the API, and keeps the latest. Thread safe. */
public final class ApiCalls {

  private static final int KEPT = 5_000;

  private record Kind(Verb verb, String resource) {}

  private final Map<Kind, Long> counts = new HashMap<>();
  private final Deque<ApiCall> latest = new ArrayDeque<>();

  ApiCalls() {}

  synchronized void count(ApiCall call) {
    counts.merge(new Kind(call.verb(), call.resource()), 1L, Long::sum);
    latest.add(call);
    if (latest.size() > KEPT) {
      latest.removeFirst();
    }
  }

  /** Calls of one verb on one resource since the start or the last {@link #reset}. */
  public synchronized long of(Verb verb, String resource) {
    return counts.getOrDefault(new Kind(verb, resource), 0L);
  }

  /** Gets and lists, leases left out. */
  public long reads() {
    return sum(kind -> kind.verb() == Verb.GET || kind.verb() == Verb.LIST);
  }

  /** Creates, updates, patches and deletes, leases left out. */
  public long writes() {
    return sum(kind -> kind.verb().isWrite());
  }

  /** Watches begun. */
  public long watches() {
    return sum(kind -> kind.verb() == Verb.WATCH);
  }

  private synchronized long sum(Predicate<Kind> wanted) {
    return counts.entrySet().stream()
        .filter(entry -> !entry.getKey().resource().startsWith("leases."))
        .filter(entry -> wanted.test(entry.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** The last calls, oldest first, at most 5,000. */
  public synchronized List<ApiCall> latest() {
    return List.copyOf(latest);
  }

  /** Counts from nothing again. */
  public synchronized void reset() {
    counts.clear();
    latest.clear();
  }
}
