package io.macpool.brain.ledger;

import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.InstanceEvent;
import io.macpool.core.fleet.InstancePhase;
import io.macpool.core.fleet.lease.Lease;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The ledger's tables in memory, of all replicas of a simulation: what the statements of the {@code
 * ...Rows} do, without a database. One transaction at a time, and all of it or nothing.
 */
public final class MemoryTables implements ReservationBook {

  /** How it can be spoilt. */
  public enum Spoilt {
    NOT,
    /** Reservations are shown no cordon. */
    BLIND_TO_CORDONS,
    /** One owner's key is every owner's. */
    KEYS_ARE_EVERYBODYS
  }

  record SlotKey(String host, int number) implements Comparable<SlotKey> {
    @Override
    public int compareTo(SlotKey other) {
      return Comparator.comparingInt(SlotKey::number)
          .thenComparing(SlotKey::host)
          .compare(this, other);
    }
  }

  record OwnersKey(String owner, String key) implements Comparable<OwnersKey> {
    @Override
    public int compareTo(OwnersKey other) {
      return Comparator.comparing(OwnersKey::owner)
          .thenComparing(OwnersKey::key)
          .compare(this, other);
    }
  }

  record Keyed(String instance, Optional<String> request) {}

  record Cordoned(Cordon cordon, Host.Body body) {}

  private final MemoryTable.Undo undo = new MemoryTable.Undo();
  private final BiConsumer<String, String> onPlaced;
  private Spoilt spoilt = Spoilt.NOT;

  final MemoryTable<String, Instance> instances = new MemoryTable<>(undo);
  final MemoryTable<String, Instant> destroyedAt = new MemoryTable<>(undo);
  final MemoryTable<String, List<String>> histories = new MemoryTable<>(undo);
  final MemoryTable<SlotKey, String> slots = new MemoryTable<>(undo);
  final MemoryTable<OwnersKey, Keyed> keys = new MemoryTable<>(undo);
  final MemoryTable<OwnersKey, Lease> leases = new MemoryTable<>(undo);
  final MemoryTable<String, OwnersKey> leased = new MemoryTable<>(undo);
  final MemoryTable<String, Cordoned> cordons = new MemoryTable<>(undo);
  final MemoryTable<String, Instant> brokers = new MemoryTable<>(undo);
  final MemoryTable<String, HygieneRecord> hygiene = new MemoryTable<>(undo);

  /**
   * Empty.
   *
   * @param onPlaced told of each instance that a reservation gives a slot, and its host
   */
  public MemoryTables(BiConsumer<String, String> onPlaced) {
    this.onPlaced = onPlaced;
  }

  /** Makes it break what it promises, so that whoever looks can be seen to find it. */
  public void spoil(Spoilt how) {
    spoilt = how;
  }

  boolean is(Spoilt how) {
    return spoilt == how;
  }

  /** Ids of all that is not gone. */
  public Set<String> ids() {
    return liveInstances().stream().map(Instance::id).collect(Collectors.toSet());
  }

  /** Loses the record of one, as a failover to a server that lags does; its slot stays taken. */
  public void lose(String id) {
    instances.remove(id);
    undo.forget();
  }

  /** All of it, or nothing. */
  <T> T transaction(Supplier<T> work) {
    try {
      T result = work.get();
      undo.forget();
      return result;
    } finally {
      undo.all();
    }
  }

  private OwnersKey ownersKey(Intent.Key key) {
    return new OwnersKey(is(Spoilt.KEYS_ARE_EVERYBODYS) ? "" : key.owner(), key.key());
  }

  HygieneRecord hygieneNow() {
    return hygiene.find("").orElseGet(() -> new HygieneRecord(0, State.NONE));
  }

  private static boolean isLive(Instance instance) {
    return instance.phase() != InstancePhase.GONE;
  }

  List<Instance> liveInstances() {
    return instances.all().stream().filter(MemoryTables::isLive).toList();
  }

  private static Instance precise(Instance i) {
    return new Instance(
        i.id(),
        i.phase(),
        i.image(),
        i.ownership(),
        i.host(),
        i.size(),
        i.broker(),
        i.confirmed(),
        i.health(),
        i.version(),
        i.ref(),
        InstanceRows.precise(i.createdAt()),
        InstanceRows.precise(i.changedAt()),
        InstanceRows.shortened(i.reason()),
        i.uuid(),
        i.origin());
  }

  void insert(List<Instance> fresh) {
    for (Instance instance : fresh) {
      if (instances.has(instance.id())) {
        throw new IllegalStateException(instance.id() + " is on record already");
      }
      instances.put(instance.id(), precise(instance));
    }
    record(fresh);
  }

  void record(Collection<Instance> moved) {
    for (Instance instance : moved) {
      List<String> history = new ArrayList<>(histories.find(instance.id()).orElse(List.of()));
      history.add(
          InstanceRows.precise(instance.changedAt())
              + " "
              + instance.phase()
              + ": "
              + InstanceRows.shortened(instance.reason()));
      histories.put(instance.id(), history);
    }
  }

  void update(Collection<Instance> changed) {
    for (Instance instance : changed) {
      if (instances
          .find(instance.id())
          .filter(i -> i.version() == instance.version() - 1)
          .isEmpty()) {
        throw new IllegalStateException("an instance changed that this transaction had locked");
      }
      instances.put(instance.id(), precise(instance));
      if (isLive(instance)) {
        destroyedAt.remove(instance.id());
      } else {
        destroyedAt.put(instance.id(), InstanceRows.precise(instance.changedAt()));
      }
    }
  }

  List<Transition.Outcome> advance(List<Transition> transitions, Instant now) {
    List<Instance> changed = new ArrayList<>();
    List<Instance> moved = new ArrayList<>();
    List<Transition.Outcome> outcomes = new ArrayList<>();
    for (Transition transition : transitions) {
      Optional<Instance> was = instances.find(transition.id());
      Optional<Instance> is =
          was.flatMap(i -> InstanceRows.after(transition, i, InstanceRows.precise(now)));
      is.ifPresent(changed::add);
      is.filter(instance -> instance.phase() != was.get().phase()).ifPresent(moved::add);
      outcomes.add(new Transition.Outcome(is.isPresent(), is.or(() -> was)));
    }
    update(changed);
    record(moved);
    return outcomes;
  }

  void free(Set<String> holders) {
    slots.rows().entrySet().stream()
        .filter(slot -> holders.contains(slot.getValue()))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(key -> slots.put(key, ""));
  }

  void take(SlotRows.Slots read, List<Instance> placed) {
    for (Instance instance : placed) {
      String host = instance.host().orElseThrow();
      Integer number = read.free().getOrDefault(host, new ArrayDeque<>()).poll();
      if (number == null) {
        throw new IllegalStateException("no free slot on " + host + " for " + instance.id());
      }
      slots.put(new SlotKey(host, number), instance.id());
    }
  }

  /** A slot that is held stays, also beyond the number or on a host that has gone from sight. */
  void sync(Set<String> hosts, int slotsPerHost) {
    for (String host : hosts) {
      for (int number = 0; number < slotsPerHost; number++) {
        SlotKey key = new SlotKey(host, number);
        if (!slots.has(key)) {
          slots.put(key, "");
        }
      }
    }
    slots.removeIf(
        slot ->
            slot.getValue().isEmpty()
                && (!hosts.contains(slot.getKey().host())
                    || slot.getKey().number() >= slotsPerHost));
  }

  /** What lives under a lease, or lived; by id. */
  List<Instance> underLease(String owner, String lease) {
    OwnersKey key = new OwnersKey(owner, lease);
    return leased.rows().entrySet().stream()
        .filter(row -> row.getValue().equals(key))
        .map(row -> instances.find(row.getKey()))
        .flatMap(Optional::stream)
        .toList();
  }

  private static boolean isWanted(Instance instance) {
    return instance.phase() != InstancePhase.RECLAIMING && isLive(instance);
  }

  List<String> wantedUnderLease(String owner, String lease) {
    return underLease(owner, lease).stream()
        .filter(MemoryTables::isWanted)
        .map(Instance::id)
        .toList();
  }

  /** As {@link HistoryRows#purge}, those gone for longest first. */
  int purge(Instant then, int most, Set<String> keep) {
    List<String> ids =
        destroyedAt.rows().entrySet().stream()
            .filter(gone -> gone.getValue().isBefore(then) && !keep.contains(gone.getKey()))
            .sorted(Map.Entry.comparingByValue())
            .limit(most)
            .map(Map.Entry::getKey)
            .toList();
    for (String id : ids) {
      instances.remove(id);
      destroyedAt.remove(id);
      histories.remove(id);
      leased.remove(id);
    }
    Set<String> purged = Set.copyOf(ids);
    keys.removeIf(row -> purged.contains(row.getValue().instance()));
    return ids.size();
  }

  @Override
  public Map<Intent.Key, Intent.Given> given(Set<Intent.Key> wanted) {
    Map<Intent.Key, Intent.Given> found = new HashMap<>();
    for (Intent.Key key : wanted) {
      keys.find(ownersKey(key))
          .ifPresent(
              row ->
                  instances
                      .find(row.instance())
                      .filter(MemoryTables::isWanted)
                      .ifPresent(i -> found.put(key, new Intent.Given(i, row.request()))));
    }
    return found;
  }

  @Override
  public void remember(Map<Intent.Key, Intent.Given> given, Instant now) {
    List<Transition> earlier =
        given.keySet().stream()
            .map(key -> keys.find(ownersKey(key)))
            .flatMap(Optional::stream)
            .map(
                row ->
                    Transition.of(row.instance(), InstanceEvent.DISOWNED, "its key gave another"))
            .toList();
    advance(earlier, now);
    given.forEach(
        (key, what) -> keys.put(ownersKey(key), new Keyed(what.instance().id(), what.request())));
  }

  @Override
  public SlotRows.Slots slots() {
    SlotRows.Slots read = new SlotRows.Slots(new HashMap<>(), new HashMap<>(), new HashSet<>());
    slots
        .rows()
        .forEach(
            (key, holder) -> {
              read.all().merge(key.host(), 1, Integer::sum);
              if (holder.isEmpty()) {
                read.free().computeIfAbsent(key.host(), h -> new ArrayDeque<>()).add(key.number());
              } else {
                read.holders().add(holder);
              }
            });
    return read;
  }

  @Override
  public List<SlotRows.Live> live() {
    return liveInstances().stream()
        .map(
            i ->
                new SlotRows.Live(
                    i.id(),
                    i.host().orElse(null),
                    i.phase(),
                    i.image().orElse(""),
                    i.ownership(),
                    i.health()))
        .toList();
  }

  @Override
  public Map<String, Cordon> cordons() {
    return is(Spoilt.BLIND_TO_CORDONS) ? Map.of() : allCordons();
  }

  Map<String, Cordon> allCordons() {
    return cordons.rows().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, row -> row.getValue().cordon()));
  }

  @Override
  public Map<String, Instance> confirm(List<String> ids, Instant now) {
    return advance(
            ids.stream()
                .map(id -> Transition.of(id, InstanceEvent.CONFIRMED, "asked for again"))
                .toList(),
            now)
        .stream()
        .flatMap(outcome -> outcome.now().stream())
        .collect(Collectors.toMap(Instance::id, Function.identity()));
  }

  @Override
  public List<Instance> lockWaiting(List<String> ids) {
    return ids.stream()
        .map(instances::find)
        .flatMap(Optional::stream)
        .filter(Instance::isWaiting)
        .sorted(Comparator.comparing(Instance::changedAt).thenComparing(Instance::id))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  @Override
  public void handOver(List<Instance> given) {
    update(given);
    record(given);
  }

  @Override
  public void place(SlotRows.Slots read, List<Instance> placed) {
    take(read, placed);
    insert(placed);
    placed.forEach(one -> onPlaced.accept(one.id(), one.host().orElseThrow()));
  }

  void cordon(String host, Optional<Cordon> cordon) {
    cordons.remove(host);
    cordon.ifPresent(c -> cordons.put(host, new Cordoned(c, new Host.Body(Optional.empty(), ""))));
  }

  void cordonFollows(String before, Host host) {
    cordons
        .find(before)
        .ifPresent(
            row -> {
              cordons.remove(before);
              cordons.put(host.id(), new Cordoned(row.cordon(), host.body()));
            });
  }

  /** Where instances are. */
  boolean isFree(String host) {
    return liveInstances().stream().noneMatch(i -> Objects.equals(i.host().orElse(null), host));
  }
}
