package io.macpool.brain.ledger;

import io.macpool.brain.ledger.Reservation.Choice;
import io.macpool.core.fleet.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Puts intents on record inside a transaction that is alone. However many they are, the database is
 * asked a fixed number of times.
 */
final class Reserving {

  private Reserving() {}

  /** What became of each, in their order. Of one owner's like keys the first counts. */
  static <R> List<Reservation<R>> reserve(
      Handle handle, List<Intent> intents, Reservation.Chooser<R> chooser) {
    Map<Intent.Key, Instance> earlier = InstanceRows.byKeys(handle, keys(intents));
    Map<Intent.Key, Intent> first = new HashMap<>();
    List<Intent> fresh = new ArrayList<>();
    for (Intent intent : intents) {
      boolean repeats =
          intent
              .key()
              .filter(key -> earlier.containsKey(key) || first.putIfAbsent(key, intent) != null)
              .isPresent();
      if (!repeats) {
        fresh.add(intent);
      }
    }
    Map<String, Reservation<R>> made = place(handle, fresh, chooser);
    List<Reservation<R>> answers = new ArrayList<>();
    for (Intent intent : intents) {
      Optional<Instance> before = intent.key().map(earlier::get);
      Reservation<R> own = made.get(intent.instance().id());
      if (before.isPresent()) {
        answers.add(new Reservation.Repeated<>(before.get()));
      } else if (own != null) {
        answers.add(own);
      } else {
        answers.add(repeated(made.get(first.get(intent.key().get()).instance().id())));
      }
    }
    return answers;
  }

  private static Set<Intent.Key> keys(List<Intent> intents) {
    Set<Intent.Key> keys = new HashSet<>();
    intents.forEach(intent -> intent.key().ifPresent(keys::add));
    return keys;
  }

  private static <R> Map<String, Reservation<R>> place(
      Handle handle, List<Intent> fresh, Reservation.Chooser<R> chooser) {
    if (fresh.isEmpty()) {
      return Map.of();
    }
    SlotRows.Slots slots = SlotRows.read(handle);
    List<Choice<R>> choices =
        chooser.choose(SlotRows.use(handle, slots), fresh.stream().map(Intent::instance).toList());
    Objects.checkIndex(choices.size() - 1, fresh.size());
    Map<String, Reservation<R>> answers = new HashMap<>();
    List<Instance> placed = new ArrayList<>();
    Map<Intent.Key, Instance> keyed = new HashMap<>();
    for (int i = 0; i < fresh.size(); i++) {
      Instance wanted = fresh.get(i).instance();
      if (choices.get(i) instanceof Choice.Host<R> host) {
        Instance instance = wanted.on(Optional.of(host.id()));
        placed.add(instance);
        fresh.get(i).key().ifPresent(key -> keyed.put(key, instance));
        answers.put(wanted.id(), new Reservation.Made<>(instance));
      } else {
        Choice.None<R> none = (Choice.None<R>) choices.get(i);
        answers.put(wanted.id(), new Reservation.Refused<>(none.reason()));
      }
    }
    SlotRows.take(handle, slots, placed);
    InstanceRows.insert(handle, placed);
    InstanceRows.remember(handle, keyed);
    return answers;
  }

  private static <R> Reservation<R> repeated(Reservation<R> first) {
    return first instanceof Reservation.Made<R> made
        ? new Reservation.Repeated<>(made.instance())
        : first;
  }
}
