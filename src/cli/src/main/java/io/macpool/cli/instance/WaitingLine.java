package io.macpool.cli.instance;

import io.macpool.broker.Capacity;
import io.macpool.broker.Capacity.Forecast;
import io.macpool.core.GoDuration;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Who waits for a Mac, as the broker tells: it takes owners in turns, so that a place in the line
 * would say little.
 *
 * @param owners how many creates of each wait
 * @param forecast how long one more would wait; empty if the broker does not tell
 */
public record WaitingLine(Map<String, Integer> owners, Optional<Forecast> forecast) {

  /** Empty: the broker does not tell, which is not nobody. */
  public static Optional<WaitingLine> of(Capacity capacity) {
    return Optional.ofNullable(capacity.waiting())
        .map(
            waiting -> {
              Map<String, Integer> owners = new TreeMap<>();
              waiting.forEach(each -> owners.merge(each.owner(), each.creates(), Integer::sum));
              return new WaitingLine(owners, Optional.ofNullable(capacity.forecast()));
            });
  }

  /** In a sentence's part. */
  String words() {
    return (owners.isEmpty() ? "nobody else is in line" : "in line, owners in turn: " + list())
        + "; "
        + time();
  }

  private String time() {
    Duration median = forecast.map(Forecast::median).orElse(null);
    Duration latest = forecast.map(Forecast::latest).orElse(null);
    if (median != null && latest != null) {
      return "a Mac is likely within %s, and almost surely within %s"
          .formatted(GoDuration.format(median), GoDuration.format(latest));
    }
    String why = forecast.map(Forecast::unknown).map(text -> ": " + text).orElse("");
    return "how long it takes is unknown" + why;
  }

  /** The owners and their numbers, with commas; a dash if nobody waits. */
  public String list() {
    return owners.isEmpty()
        ? "-"
        : owners.entrySet().stream()
            .map(owner -> owner.getKey() + " " + owner.getValue())
            .collect(Collectors.joining(", "));
  }
}
