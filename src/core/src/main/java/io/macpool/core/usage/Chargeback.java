package io.macpool.core.usage;

import io.macpool.core.usage.Recording.Occupation;
import io.macpool.core.usage.UsageReport.Charge;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Shares what was nobody's among owners, in whole milliseconds, of which none is lost. */
final class Chargeback {

  private final Map<String, Long> own = new TreeMap<>();

  /** Notes an owner's time. */
  void add(Occupation occupation, long millis) {
    if (millis > 0 && occupation.use() != SlotUse.WARM) {
      occupation.owner().ifPresent(owner -> own.merge(owner, millis, Long::sum));
    }
  }

  /** Notes what another part of the period says of an owner. */
  void add(Charge charge) {
    long millis = charge.own().toMillis();
    if (millis > 0) {
      charge.owner().ifPresent(owner -> own.merge(owner, millis, Long::sum));
    }
  }

  /** By owner; all that was recorded of {@code whole} is in them. */
  List<Charge> charges(SlotTime whole) {
    long recorded = whole.whole().toMillis() - whole.millisOf(SlotUse.UNRECORDED);
    long owned = own.values().stream().mapToLong(millis -> millis).sum();
    long nobodys = recorded - owned;
    if (own.isEmpty()) {
      return nobodys == 0
          ? List.of()
          : List.of(new Charge(Optional.empty(), Duration.ZERO, Duration.ofMillis(nobodys)));
    }
    Map<String, Long> shared = new TreeMap<>();
    List<Remainder> remainders = new ArrayList<>();
    long left = nobodys;
    for (Map.Entry<String, Long> each : own.entrySet()) {
      BigInteger[] part =
          BigInteger.valueOf(nobodys)
              .multiply(BigInteger.valueOf(each.getValue()))
              .divideAndRemainder(BigInteger.valueOf(owned));
      shared.put(each.getKey(), part[0].longValueExact());
      remainders.add(new Remainder(each.getKey(), part[1].longValueExact()));
      left -= part[0].longValueExact();
    }
    remainders.sort(
        Comparator.comparingLong(Remainder::size).reversed().thenComparing(Remainder::owner));
    for (Remainder each : remainders.subList(0, Math.toIntExact(left))) {
      shared.merge(each.owner(), 1L, Long::sum);
    }
    return own.entrySet().stream()
        .map(
            each ->
                new Charge(
                    Optional.of(each.getKey()),
                    Duration.ofMillis(each.getValue()),
                    Duration.ofMillis(shared.getOrDefault(each.getKey(), 0L))))
        .toList();
  }

  private record Remainder(String owner, long size) {}
}
