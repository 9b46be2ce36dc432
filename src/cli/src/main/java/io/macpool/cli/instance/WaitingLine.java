package io.macpool.cli.instance;

import io.macpool.broker.Capacity;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Who waits for a Mac, as the broker tells: it takes owners in turns, so that a place in the line
 * would say little.
 *
 * @param owners how many creates of each wait
 */
public record WaitingLine(Map<String, Integer> owners) {

  /** Empty: the broker does not tell, which is not nobody. */
  public static Optional<WaitingLine> of(Capacity capacity) {
    return Optional.ofNullable(capacity.waiting())
        .map(
            waiting -> {
              Map<String, Integer> owners = new TreeMap<>();
              waiting.forEach(each -> owners.merge(each.owner(), each.creates(), Integer::sum));
              return new WaitingLine(owners);
            });
  }

  /** In a sentence's part. */
  String words() {
    return owners.isEmpty()
        ? "nobody else is in line; how long it takes is unknown"
        : "in line, owners in turn: " + list() + "; how long it takes is unknown";
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
