package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.brokersoak.BrokerCalls.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How much was tried, and how it was answered. Thread-safe. */
final class SoakCounts {

  private final Map<String, Integer> creates = new TreeMap<>();
  private final Map<String, Integer> others = new TreeMap<>();
  private final List<Long> millis = new ArrayList<>();

  synchronized void created(Reply reply, Duration took) {
    creates.merge(word(reply), 1, Integer::sum);
    if (reply.status() == 201) {
      millis.add(took.toMillis());
    }
  }

  synchronized void called(String method, Reply reply) {
    others.merge(method + " " + word(reply), 1, Integer::sum);
  }

  private static String word(Reply reply) {
    if (reply.status() == 0) {
      return "no answer";
    }
    int colon = reply.detail().indexOf(':');
    return reply.status() + (colon > 0 ? " " + reply.detail().substring(0, colon) : "");
  }

  /** In one line. */
  synchronized String brief() {
    return "creates " + creates;
  }

  synchronized String text() {
    return "creates: "
        + creates
        + "\nother calls: "
        + others
        + "\na create that succeeds takes "
        + percentile(0.5)
        + " (half of them), "
        + percentile(0.99)
        + " (99 of 100)\n";
  }

  private String percentile(double part) {
    if (millis.isEmpty()) {
      return "nothing";
    }
    List<Long> sorted = millis.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1, part * sorted.size())) + " ms";
  }
}
