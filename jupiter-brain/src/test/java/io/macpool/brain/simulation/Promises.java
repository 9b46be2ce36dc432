package io.macpool.brain.simulation;

import io.macpool.brain.simulation.SimulatedFleet.Vm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What must hold after every event, whatever happens; and the last events, for whoever looks. */
final class Promises {

  /** A promise was broken. */
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;

    private Broken(String message) {
      super(message);
    }
  }

  /**
   * Whose an instance is.
   *
   * @param key empty if it was asked for without one
   */
  record Holder(String client, String owner, String key) {

    /** One client, or two of one owner who ask with one key. */
    private boolean isSameAs(Holder other) {
      return client.equals(other.client)
          || (owner.equals(other.owner) && !key.isEmpty() && key.equals(other.key));
    }
  }

  private static final int KEPT = 60;

  /** Within that time every broker that sees vCenter knows what a person did there. */
  private static final Duration KNOWN = Duration.ofSeconds(20);

  private final VirtualTime time;
  private final SimulatedFleet fleet;
  private final int quota;
  private final Consumer<String> whole;
  private final Map<String, Holder> held = new HashMap<>();
  private final Map<String, Holder> known = new HashMap<>();
  private final Map<String, Set<String>> byKey = new HashMap<>();
  private final Map<String, Instant> placed = new HashMap<>();
  private final Map<String, Instant> meddledWith = new HashMap<>();
  private final Map<String, Instant> cordoned = new HashMap<>();
  private final Set<String> lostFromSight = new HashSet<>();
  private final Deque<String> trace = new ArrayDeque<>();
  private final MessageDigest digest;
  private int handedOver;
  private Broken first;

  /**
   * @param quota instances that an owner may hold; 0: no limit
   * @param whole told of all that is noted
   */
  Promises(VirtualTime time, SimulatedFleet fleet, int quota, Consumer<String> whole) {
    this.time = time;
    this.fleet = fleet;
    this.quota = quota;
    this.whole = whole;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    fleet.onEnd(this::ends);
    fleet.onClone(this::begins);
  }

  /** Something happened that a person may want to read. */
  void note(String what) {
    String line = time.instant() + " " + what;
    count(line);
    trace.addLast(line);
    if (trace.size() > KEPT) {
      trace.removeFirst();
    }
  }

  /** Something happened, as it does all the time. */
  void trace(String what) {
    count(time.instant() + " " + what);
  }

  private void count(String line) {
    digest.update(line.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
    whole.accept(line);
  }

  /** Of all that happened; to be asked once. */
  String fingerprint() {
    return HexFormat.of().formatHex(digest.digest());
  }

  int handedOver() {
    return handedOver;
  }

  /** A client learns that an instance is its own, which it asked for at that time. */
  void handOver(String instance, Holder holder, Instant asked) {
    note(holder.client() + " of " + holder.owner() + " has " + instance);
    handedOver++;
    Holder before = known.putIfAbsent(instance, holder);
    if (before != null && !before.isSameAs(holder)) {
      throw broken("one owner: " + instance + " was of " + before + " and is of " + holder);
    }
    held.put(instance, holder);
    if (!holder.key().isEmpty()) {
      Set<String> all = byKey.computeIfAbsent(holder.owner() + holder.key(), k -> new HashSet<>());
      all.add(instance);
      if (all.stream().filter(this::isInSight).count() > 1) {
        throw broken("one instance for a key: " + holder.key() + " made " + all);
      }
    } else {
      fleet
          .machine(instance)
          .filter(vm -> isCordoned(vm.host, asked) && !isMeddledWith(vm.host, asked))
          .ifPresent(
              vm -> {
                throw broken("no new owner on a cordoned host: " + instance + " is on " + vm.host);
              });
    }
    long holds =
        held.entrySet().stream()
            .filter(one -> one.getValue().owner().equals(holder.owner()))
            .filter(one -> isInSight(one.getKey()))
            .count();
    if (quota > 0 && holds > quota) {
      throw broken("no quota passed: " + holder.owner() + " holds " + holds + " of " + quota);
    }
  }

  private boolean isInSight(String instance) {
    return held.containsKey(instance) && !lostFromSight.contains(instance);
  }

  /** It is nobody's any more. */
  void letGo(String instance, String why) {
    if (held.remove(instance) != null) {
      note(instance + " is let go: " + why);
    }
  }

  /** It was out of the inventory for so long that its record may have been closed. */
  void lostFromSight(String instance) {
    lostFromSight.add(instance);
  }

  /** A person has brought a machine to a host, whatever room there was. */
  void meddledWith(String host) {
    meddledWith.put(host, time.instant());
  }

  /** The broker has said that a host is cordoned. */
  void cordoned(String host) {
    note(host + " is cordoned");
    cordoned.put(host, time.instant());
  }

  /** Somebody begins to lift its cordon. */
  void uncordoned(String host) {
    note("the cordon of " + host + " is to be lifted");
    cordoned.remove(host);
  }

  private boolean isCordoned(String host, Instant by) {
    Instant since = cordoned.get(host);
    return since != null && since.isBefore(by);
  }

  /** Whether a person brought a machine there that whoever decided then may not have known of. */
  private boolean isMeddledWith(String host, Instant decided) {
    Instant last = meddledWith.get(host);
    if (last == null) {
      return false;
    }
    Instant visible = last.isAfter(fleet.backSince()) ? last : fleet.backSince();
    return decided.isBefore(visible.plus(KNOWN));
  }

  /** The ledger has given an instance a slot. */
  void placed(String instance, String host) {
    trace(instance + " gets a slot on " + host);
    placed.put(instance, time.instant());
    if (isCordoned(host, time.instant())) {
      throw broken("nothing new on a cordoned host: " + instance + " on " + host);
    }
  }

  private void begins(Vm vm) {
    trace(vm.instance() + " is cloned on " + vm.host);
    int load = fleet.load(vm.host);
    if (load > SimulatedFleet.SLOTS
        && !isMeddledWith(vm.host, placed.getOrDefault(vm.instance(), Instant.EPOCH))) {
      throw broken("no overcommit: " + vm.host + " has " + load + " machines");
    }
  }

  private void ends(Vm vm) {
    trace(vm.instance() + " is ended");
    if (held.containsKey(vm.instance())) {
      throw broken("no running job destroyed: " + vm.instance() + " is " + held.get(vm.instance()));
    }
  }

  /**
   * When all is quiet again: nothing is there that is nobody's.
   *
   * @param warm what waits for an owner
   * @param recorded what the ledger holds slots for
   */
  void checkNoLeak(Set<String> warm, Set<String> recorded) {
    Set<String> left = new TreeSet<>();
    fleet.machines().forEach(vm -> left.add(vm.instance()));
    left.removeAll(held.keySet());
    left.removeAll(warm);
    if (!left.isEmpty()) {
      throw broken("no leak: " + left + " are nobody's");
    }
    Set<String> without = new TreeSet<>(recorded);
    fleet.machines().forEach(vm -> without.remove(vm.instance()));
    without.removeAll(warm);
    if (!without.isEmpty()) {
      throw broken("no leak: " + without + " hold slots and are no machines");
    }
  }

  /** To be called after each event: who breaks a promise may have told nobody. */
  void check() {
    if (first != null) {
      throw first;
    }
  }

  private Broken broken(String promise) {
    Broken broken = new Broken(promise + "\n  " + String.join("\n  ", trace));
    first = first == null ? broken : first;
    return broken;
  }
}
