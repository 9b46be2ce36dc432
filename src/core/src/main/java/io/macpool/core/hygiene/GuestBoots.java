package io.macpool.core.hygiene;

import io.macpool.core.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How the guests of each host boot, as seen from outside, since that host booted: how long they
 * take, and whether they ever answer. It sees no more than the looks at them show, so times are as
 * coarse as the pause between two looks. Confined to one thread.
 */
public final class GuestBoots {

  /** A guest that has not answered by then is silent; one that answers later was slow. */
  static final Duration SILENT_AFTER = Duration.ofMinutes(3);

  /** Boots that are compared: the first since the host's boot with the last. */
  static final int COMPARED = 3;

  /** What is less than this is no growth: a look may come late. */
  static final Duration LEAST_GROWTH = Duration.ofSeconds(30);

  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  /**
   * A guest that is on.
   *
   * @param id tells it from all others
   * @param startedAt when it was switched on; with another time it is another boot
   * @param answers whether it can be reached, as far as that is tried
   */
  public record Guest(
      String id, String host, Optional<String> image, Instant startedAt, boolean answers) {
    public Guest {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(startedAt, "startedAt");
    }
  }

  private static final class Boot {
    private final String host;
    private final Instant at;
    private boolean ended;
    private boolean silent;

    private Boot(String host, Instant at) {
      this.host = host;
      this.at = at;
    }
  }

  private static final class Times {
    private final List<Duration> first = new ArrayList<>();
    private final Deque<Duration> last = new ArrayDeque<>();

    private void add(Duration time) {
      if (first.size() < COMPARED) {
        first.add(time);
        return;
      }
      last.addLast(time);
      if (last.size() > COMPARED) {
        last.removeFirst();
      }
    }

    /** Empty while too few were seen. */
    private Optional<Double> growth() {
      if (last.size() < COMPARED) {
        return Optional.empty();
      }
      Duration before = median(first);
      Duration now = median(last);
      if (now.minus(before).compareTo(LEAST_GROWTH) < 0) {
        return Optional.of(1.0);
      }
      return Optional.of(now.toMillis() / (double) Math.max(1_000, before.toMillis()));
    }

    private static Duration median(Collection<Duration> times) {
      return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }
  }

  private static final class History {
    private final Instant hostBoot;
    private final Map<String, Times> byImage = new HashMap<>();
    private Optional<HostSymptoms.Row> silent = Optional.empty();

    private History(Instant hostBoot) {
      this.hostBoot = hostBoot;
    }
  }

  private final Map<String, Boot> boots = new HashMap<>();
  private final Map<String, History> histories = new HashMap<>();
  private Instant lastLook = Instant.MAX;

  /**
   * Takes in what is seen now.
   *
   * @param guests that are on, on hosts that are seen
   * @param hosts the boot times of the hosts that are seen; nothing is learned of the others
   */
  public void look(Collection<Guest> guests, Map<String, Instant> hosts, Instant now) {
    hosts.forEach(
        (host, boot) -> {
          History before = histories.get(host);
          if (before == null
              || Duration.between(before.hostBoot, boot).abs().compareTo(CLOCKS_DIFFER) > 0) {
            histories.put(host, new History(boot));
          }
        });
    Set<String> present = new HashSet<>();
    for (Guest guest : guests) {
      if (histories.containsKey(guest.host())) {
        present.add(guest.id());
        look(guest, histories.get(guest.host()), now);
      }
    }
    boots
        .entrySet()
        .removeIf(
            entry -> hosts.containsKey(entry.getValue().host) && !present.contains(entry.getKey()));
    lastLook = now;
  }

  private void look(Guest guest, History history, Instant now) {
    Boot boot = boots.get(guest.id());
    if (boot == null || !boot.at.equals(guest.startedAt())) {
      boot = new Boot(guest.host(), guest.startedAt());
      // One that answered before we looked: how soon, nobody knows.
      boot.ended = guest.answers() && guest.startedAt().isBefore(lastLook);
      boots.put(guest.id(), boot);
    }
    if (boot.ended) {
      return;
    }
    Duration time = Duration.between(boot.at, now);
    if (guest.answers()) {
      boot.ended = true;
      history.silent = Optional.empty();
      history.byImage.computeIfAbsent(guest.image().orElse(""), image -> new Times()).add(time);
    } else if (!boot.silent && time.compareTo(SILENT_AFTER) >= 0) {
      boot.silent = true;
      int before = history.silent.map(HostSymptoms.Row::count).orElse(0);
      history.silent = Optional.of(new HostSymptoms.Row(before + 1, guest.image(), now));
    }
  }

  /** Forgets all hosts but these. */
  public void retain(Set<String> hosts) {
    histories.keySet().retainAll(hosts);
    boots.values().removeIf(boot -> !hosts.contains(boot.host));
  }

  /** Guests of the host that never answered, since one did. */
  public Optional<HostSymptoms.Row> silent(String host) {
    return Optional.ofNullable(histories.get(host)).flatMap(history -> history.silent);
  }

  /** How many times as long as after the host's boot its guests take to boot now. */
  public Observed<Double> growth(String host, Instant now) {
    return Optional.ofNullable(histories.get(host)).stream()
        .flatMap(history -> history.byImage.values().stream())
        .flatMap(times -> times.growth().stream())
        .max(Double::compare)
        .map(growth -> Observed.known(growth, now))
        .orElseGet(() -> Observed.unknown("too few boots were seen", now));
  }
}
