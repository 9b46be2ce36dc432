package io.macpool.brain.hypervisor;

import io.macpool.brain.hypervisor.Hypervisor.Sighting;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Inventory;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What several providers show, as one. What one shows that can't be seen is told as it was, as not
 * connected. Thread-safe.
 */
final class MergedView {

  private final List<Providers.Provider> all;

  // Guarded by this.
  private final Map<String, Sighting> counted = new LinkedHashMap<>();
  private final Map<String, Observed<Sighting>> merged = new LinkedHashMap<>();
  private Identities identities = Identities.NONE;
  private Inventory latest = Inventory.EMPTY;
  private long confirmation;

  MergedView(List<Providers.Provider> all) {
    this.all = all;
  }

  /** What is on record now: what can't be seen is told apart anew, too. */
  synchronized void identify(Identities known) {
    identities = known;
    merged.clear();
  }

  private Map<String, Observed<Sighting>> sightings() {
    Map<String, Observed<Sighting>> now = new LinkedHashMap<>();
    all.forEach(provider -> now.put(provider.name(), provider.hypervisor().sighting()));
    return now;
  }

  Observed<Inventory> inventory() {
    Map<String, Observed<Sighting>> now = sightings();
    return now.values().stream().anyMatch(Observed::isKnown)
        ? Observed.known(lastKnown(now), oldest(now))
        : unknown(now).map(Sighting::inventory);
  }

  /** Nothing is known of any: the first says why. */
  private static Observed<Sighting> unknown(Map<String, Observed<Sighting>> now) {
    return now.values().iterator().next();
  }

  private static Instant oldest(Map<String, Observed<Sighting>> now) {
    return now.values().stream()
        .flatMap(
            seen ->
                seen
                    .<Optional<Instant>>match(k -> Optional.of(k.at()), u -> Optional.empty())
                    .stream())
        .min(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  /**
   * A confirmation is one of all that can be seen: its number grows when each has confirmed anew,
   * and what it shows of each is what that one confirmed then. So two numbers are two looks at
   * every machine, and one number is one.
   */
  synchronized Observed<Sighting> sighting() {
    Map<String, Observed<Sighting>> now = sightings();
    Map<String, Sighting> known = new LinkedHashMap<>();
    now.forEach((name, seen) -> seen.toOptional().ifPresent(s -> known.put(name, s)));
    if (known.isEmpty()) {
      return unknown(now);
    }
    boolean anew =
        known.entrySet().stream()
            .allMatch(
                entry ->
                    !counted.containsKey(entry.getKey())
                        || counted.get(entry.getKey()).confirmation()
                            < entry.getValue().confirmation());
    if (anew) {
      confirmation++;
      counted.clear();
      counted.putAll(known);
    } else {
      counted.keySet().retainAll(known.keySet());
      known.forEach(counted::putIfAbsent);
    }
    Inventory shown =
        InventoryMerge.of(
            all,
            latest.version(),
            name -> Optional.ofNullable(counted.get(name)).map(Sighting::inventory),
            name -> of(now, name).match(k -> "", Observed.Unknown::cause));
    long askedAt =
        counted.values().stream()
            .map(Sighting::askedAt)
            // Times of nanoTime are compared by their difference.
            .reduce((one, other) -> one - other < 0 ? one : other)
            .orElseThrow();
    return Observed.known(
        new Sighting(shown.identified(identities), confirmation, askedAt), oldest(now));
  }

  Inventory lastKnown() {
    return lastKnown(sightings());
  }

  /** Merged anew only when a part has changed: it is asked for with every read. */
  private synchronized Inventory lastKnown(Map<String, Observed<Sighting>> now) {
    boolean same =
        merged.size() == now.size()
            && now.entrySet().stream().allMatch(e -> isSame(merged.get(e.getKey()), e.getValue()));
    if (!same) {
      Map<String, Inventory> parts = new LinkedHashMap<>();
      all.forEach(provider -> parts.put(provider.name(), provider.hypervisor().lastKnown()));
      latest =
          InventoryMerge.of(
              all,
              latest.version() + 1,
              name ->
                  of(now, name).isKnown() ? Optional.ofNullable(parts.get(name)) : Optional.empty(),
              name -> of(now, name).match(k -> "", Observed.Unknown::cause));
      merged.clear();
      merged.putAll(now);
    }
    return latest;
  }

  private static Observed<Sighting> of(Map<String, Observed<Sighting>> now, String provider) {
    return Objects.requireNonNull(now.get(provider), "each provider is asked");
  }

  @SuppressWarnings("ReferenceEquality") // each change is a new one, and equality would cost more
  private static boolean isSame(@Nullable Observed<Sighting> one, Observed<Sighting> other) {
    if (one instanceof Observed.Known<Sighting> before
        && other instanceof Observed.Known<Sighting> now) {
      return before.value().inventory() == now.value().inventory();
    }
    return one != null && one.isKnown() == other.isKnown();
  }

  /**
   * What was read of each just now.
   *
   * @param read by the name of a provider; of one that can't be seen it is not used
   */
  synchronized Inventory merge(Map<String, Inventory> read) {
    Map<String, Observed<Sighting>> now = sightings();
    return InventoryMerge.of(
        all,
        latest.version(),
        name -> of(now, name).isKnown() ? Optional.ofNullable(read.get(name)) : Optional.empty(),
        name -> of(now, name).match(k -> "", Observed.Unknown::cause));
  }
}
