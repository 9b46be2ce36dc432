package io.macpool.core.fleet.placement;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Image;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides on which hosts instances are made. A pure function: the order of the hosts given does not
 * matter, and the same fleet gives the same answer.
 */
public final class PlacementPlanner {

  /** Which of the hosts with room is preferred. */
  public enum Policy {
    /** The least loaded. */
    SPREAD,
    /** The most loaded, so that whole hosts stay free. */
    PACK,
    /** As {@code SPREAD}: a host that vCenter chose could be one without a free slot. */
    DRS
  }

  /** Why a host was passed over. */
  public enum Refusal {
    DISCONNECTED,
    IN_MAINTENANCE,
    CORDONED,
    DRAINING,
    DATASTORE_NOT_SEEN,
    /** Its guests are reached at endpoints of their own, and whoever asks knows none. */
    NEEDS_ENDPOINT,
    /** Creates on it failed by its own fault: it rests. */
    RESTING,
    /** This very create has failed there. */
    TRIED_ALREADY,
    FULL,
    BUSY
  }

  /**
   * What is to be placed.
   *
   * @param avoid hosts on which it failed already
   * @param endpoints whether whoever asks knows endpoints
   */
  public record Wanted(Image image, Set<String> avoid, boolean endpoints) {
    public Wanted {
      Objects.requireNonNull(image, "image");
      avoid = Set.copyOf(avoid);
    }

    /** For one who knows endpoints. */
    public Wanted(Image image, Set<String> avoid) {
      this(image, avoid, true);
    }
  }

  /** Where it goes, or why it goes nowhere. */
  public sealed interface Decision {}

  /** The chosen host. */
  public record Placed(String host) implements Decision {
    public Placed {
      Objects.requireNonNull(host, "host");
    }
  }

  /** Nothing fits; a reason for each host, by id. An empty pool has no reasons. */
  public record Unplaceable(Map<String, Refusal> refusals) implements Decision {
    public Unplaceable {
      refusals = Map.copyOf(refusals);
    }

    /** Whether waiting helps: a host would do but for what it holds or does now. */
    public boolean isPassing() {
      return refusals.values().stream().anyMatch(r -> r == Refusal.FULL || r == Refusal.BUSY);
    }

    /** The reasons with their counts, for a person: {@code 3 full, 1 cordoned}. */
    public String summary() {
      Map<Refusal, Integer> counts = new TreeMap<>();
      refusals.values().forEach(refusal -> counts.merge(refusal, 1, Integer::sum));
      StringBuilder text = new StringBuilder();
      counts.forEach(
          (refusal, count) ->
              text.append(text.length() == 0 ? "" : ", ")
                  .append(count)
                  .append(' ')
                  .append(refusal.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
      return text.length() == 0 ? "the pool has no hosts" : "hosts: " + text;
    }
  }

  /**
   * Enough instances are being made, wherever.
   *
   * @param making how many
   */
  public record TooManyInTheMaking(int making) implements Decision {}

  /**
   * How much may go on at a time.
   *
   * @param busyAt operations on one host that are enough
   * @param makingAt instances in the making, over all hosts, that are enough
   */
  public record Limits(int busyAt, int makingAt) {}

  private PlacementPlanner() {}

  /**
   * Chooses hosts for several instances, in their order: each is placed beside what was there and
   * what those before it were given, so that together they never hold more than is free.
   *
   * @param making instances being made already
   * @return a decision for each, in their order
   */
  public static List<Decision> placeAll(
      List<Wanted> all, Collection<HostLoad> fleet, Policy policy, int making, Limits limits) {
    Map<String, HostLoad> loads = new HashMap<>();
    fleet.forEach(load -> loads.put(load.host().id(), load));
    List<Decision> decisions = new ArrayList<>();
    int underWay = making;
    for (Wanted wanted : all) {
      if (underWay >= limits.makingAt()) {
        decisions.add(new TooManyInTheMaking(underWay));
        continue;
      }
      Decision decision = place(wanted, loads.values(), policy, limits.busyAt());
      if (decision instanceof Placed placed) {
        loads.computeIfPresent(placed.host(), (host, load) -> load.withOneMore());
        underWay++;
      }
      decisions.add(decision);
    }
    return decisions;
  }

  /**
   * Chooses a host for an instance of {@code image}.
   *
   * @param busyAt how many operations on a host are enough
   */
  public static Decision place(Image image, Collection<HostLoad> fleet, Policy policy, int busyAt) {
    return place(new Wanted(image, Set.of()), fleet, policy, busyAt);
  }

  private static Decision place(
      Wanted wanted, Collection<HostLoad> fleet, Policy policy, int busyAt) {
    Map<String, Refusal> refusals = new TreeMap<>();
    HostLoad best = null;
    Comparator<HostLoad> order = order(wanted.image(), policy);
    for (HostLoad load : fleet) {
      if (isOfOthers(wanted, load)) {
        continue;
      }
      Optional<Refusal> refusal = refusal(wanted, load, busyAt);
      if (refusal.isPresent()) {
        refusals.put(load.host().id(), refusal.get());
      } else if (best == null || order.compare(load, best) < 0) {
        best = load;
      }
    }
    return best == null ? new Unplaceable(refusals) : new Placed(best.host().id());
  }

  /** Another provider's hosts are no choice at all: they are not even refused. */
  private static boolean isOfOthers(Wanted wanted, HostLoad load) {
    return !load.host().traits().provider().equals(wanted.image().provider());
  }

  private static Optional<Refusal> refusal(Wanted wanted, HostLoad load, int busyAt) {
    Host host = load.host();
    if (!host.connected()) {
      return Optional.of(Refusal.DISCONNECTED);
    }
    if (host.inMaintenance()) {
      return Optional.of(Refusal.IN_MAINTENANCE);
    }
    if (load.cordon().isPresent()) {
      return Optional.of(
          load.cordon().get().kind() == Cordon.Kind.DRAINING ? Refusal.DRAINING : Refusal.CORDONED);
    }
    if (!host.storage().containsAll(wanted.image().storage())) {
      return Optional.of(Refusal.DATASTORE_NOT_SEEN);
    }
    if (host.traits().relayed() && !wanted.endpoints()) {
      return Optional.of(Refusal.NEEDS_ENDPOINT);
    }
    if (load.standing() == HostLoad.Standing.RESTING) {
      return Optional.of(Refusal.RESTING);
    }
    if (wanted.avoid().contains(host.id())) {
      return Optional.of(Refusal.TRIED_ALREADY);
    }
    if (load.free() == 0) {
      return Optional.of(Refusal.FULL);
    }
    int enough = load.standing() == HostLoad.Standing.ON_PROBATION ? 1 : busyAt;
    return load.operations() >= enough ? Optional.of(Refusal.BUSY) : Optional.empty();
  }

  /**
   * An instant image's own host first, as only there it can be cloned so; among equals one that has
   * a suspended guest of it; ties by id.
   */
  private static Comparator<HostLoad> order(Image image, Policy policy) {
    Comparator<HostLoad> byLoad =
        switch (policy) {
          case SPREAD, DRS ->
              Comparator.comparingDouble((HostLoad load) -> (double) load.taken() / load.slots())
                  .thenComparing(Comparator.comparingInt(HostLoad::free).reversed())
                  .thenComparingInt(HostLoad::operations);
          case PACK ->
              Comparator.comparingInt(HostLoad::free).thenComparingInt(HostLoad::operations);
        };
    Comparator<HostLoad> byImage =
        Comparator.comparing(
            load -> !(image.instant() && image.host().equals(Optional.of(load.host().id()))));
    return byImage
        .thenComparing(byLoad)
        .thenComparing(load -> !load.host().traits().canResume(image))
        .thenComparing(load -> load.host().id());
  }
}
