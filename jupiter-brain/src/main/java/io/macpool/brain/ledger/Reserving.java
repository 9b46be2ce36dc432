package io.macpool.brain.ledger;

import io.macpool.brain.ledger.Reservation.Choice;
import io.macpool.brain.ledger.Reservation.Denial;
import io.macpool.core.fleet.Cordon;
import io.macpool.core.fleet.Instance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts intents on record inside a transaction that is alone, and decides there what must hold over
 * all replicas: keys, quotas, cordons, slots, and who gets what waits warm. However many they are,
 * the database is asked a fixed number of times.
 */
final class Reserving<R> {

  /** After so many looks whoever is still in doubt is placed, or told no, in one go. */
  private static final int ROUNDS = 8;

  private final ReservationBook book;
  private final Instant now;
  private final Allowance allowance;
  private final Map<String, Reservation<R>> answers = new HashMap<>();
  private final Map<Intent.Key, Intent.Given> keyed = new HashMap<>();

  private Reserving(ReservationBook book, int ownerQuota, Instant now) {
    this.book = book;
    this.now = now;
    this.allowance = new Allowance(ownerQuota);
  }

  /**
   * What became of each, in their order. Of one owner's like keys the first counts.
   *
   * @param ownerQuota instances that one owner may hold; 0: no limit
   */
  static <R> List<Reservation<R>> reserve(
      ReservationBook book,
      List<Intent> intents,
      int ownerQuota,
      Instant now,
      Reservation.Chooser<R> chooser) {
    return new Reserving<R>(book, ownerQuota, now).reserve(intents, chooser);
  }

  private List<Reservation<R>> reserve(List<Intent> intents, Reservation.Chooser<R> chooser) {
    Map<Intent.Key, Intent.Given> earlier = book.given(keys(intents));
    Map<Intent.Key, Intent> first = new HashMap<>();
    List<Intent> fresh = new ArrayList<>();
    for (Intent intent : intents) {
      Optional<Intent.Key> key = intent.key();
      if (key.isPresent() && earlier.containsKey(key.get())) {
        answers.put(intent.instance().id(), repeated(intent, earlier.get(key.get())));
      } else if (key.isEmpty() || first.putIfAbsent(key.get(), intent) == null) {
        fresh.add(intent);
      }
    }
    confirmRepeated();
    if (!fresh.isEmpty()) {
      place(fresh, chooser);
    }
    return intents.stream().map(intent -> answer(intent, first)).toList();
  }

  private Reservation<R> answer(Intent intent, Map<Intent.Key, Intent> first) {
    Reservation<R> own = answers.get(intent.instance().id());
    if (own != null) {
      return own;
    }
    Intent twin =
        Objects.requireNonNull(first.get(intent.key().orElseThrow()), "the first of its key");
    Reservation<R> twins =
        Objects.requireNonNull(answers.get(twin.instance().id()), "the first was answered");
    if (!twin.request().equals(intent.request())) {
      return reused();
    }
    if (twins instanceof Reservation.Made<R> made) {
      return new Reservation.Repeated<>(made.instance());
    }
    return twins instanceof Reservation.HandedOver<R> given
        ? new Reservation.Repeated<>(given.instance())
        : twins;
  }

  private Reservation<R> repeated(Intent intent, Intent.Given before) {
    return before.fits(intent) ? new Reservation.Repeated<>(before.instance()) : reused();
  }

  private Reservation<R> reused() {
    return new Reservation.Denied<>(
        Denial.KEY_REUSED, "the key was used for another image or size; use a new key");
  }

  /** They are told of what they have, so whoever asked first may not take it back any more. */
  private void confirmRepeated() {
    List<String> ready =
        answers.values().stream()
            .filter(Reservation.Repeated.class::isInstance)
            .map(repeated -> ((Reservation.Repeated<R>) repeated).instance())
            .filter(instance -> !instance.confirmed())
            .map(Instance::id)
            .distinct()
            .toList();
    if (ready.isEmpty()) {
      return;
    }
    Map<String, Instance> after = book.confirm(ready, now);
    answers.replaceAll(
        (id, answer) ->
            answer instanceof Reservation.Repeated<R> repeated
                ? new Reservation.Repeated<>(
                    after.getOrDefault(repeated.instance().id(), repeated.instance()))
                : answer);
  }

  private static Set<Intent.Key> keys(List<Intent> intents) {
    Set<Intent.Key> keys = new HashSet<>();
    intents.forEach(intent -> intent.key().ifPresent(keys::add));
    return keys;
  }

  private void place(List<Intent> fresh, Reservation.Chooser<R> chooser) {
    SlotRows.Slots slots = book.slots();
    List<SlotRows.Live> live = book.live();
    Map<String, Cordon> cordons = book.cordons();
    live.forEach(allowance::count);
    List<Intent> homeless = handOver(fresh, live, cordons, chooser);
    SlotUse use = SlotRows.use(slots, live, cordons);
    List<Instance> placed = new ArrayList<>();
    for (int round = 0; !homeless.isEmpty(); round++) {
      homeless = place(homeless, use.with(placed), round < ROUNDS, placed, chooser);
    }
    book.place(slots, placed);
    book.remember(keyed, now);
  }

  /**
   * Who may not have one more is told so, whether there is room or not, and takes no place from
   * others. Who may not if all before it find their places is looked at again.
   *
   * @param again false if nobody is to be looked at again: then one may be denied that would have
   *     been allowed, as one before it finds no place
   * @return those to be looked at again: fewer than these
   */
  private List<Intent> place(
      List<Intent> wanting,
      SlotUse use,
      boolean again,
      List<Instance> placed,
      Reservation.Chooser<R> chooser) {
    Allowance hoped = allowance.copy();
    List<Intent> allowed = new ArrayList<>();
    List<Intent> doubtful = new ArrayList<>();
    for (Intent intent : wanting) {
      Optional<Reservation.Denied<R>> denial = allowance.denial(intent);
      if (denial.isPresent()) {
        answers.put(intent.instance().id(), denial.get());
      } else if (again && hoped.denial(intent).isPresent()) {
        doubtful.add(intent);
      } else {
        hoped.has(intent.instance());
        allowed.add(intent);
      }
    }
    if (allowed.isEmpty()) {
      return doubtful;
    }
    List<Choice<R>> choices = chooser.choose(use, allowed.stream().map(Intent::instance).toList());
    if (choices.size() != allowed.size()) {
      throw new IllegalStateException(choices.size() + " choices for " + allowed.size());
    }
    for (int i = 0; i < allowed.size(); i++) {
      Intent intent = allowed.get(i);
      String id = intent.instance().id();
      if (choices.get(i) instanceof Choice.None<R> none) {
        answers.put(id, new Reservation.Refused<>(none.reason()));
        continue;
      }
      Optional<Reservation.Denied<R>> denial = allowance.denial(intent);
      if (denial.isPresent()) {
        answers.put(id, denial.get());
        continue;
      }
      Instance instance = intent.instance().on(Optional.of(((Choice.Host<R>) choices.get(i)).id()));
      placed.add(instance);
      has(intent, instance);
      answers.put(id, new Reservation.Made<>(instance));
    }
    return doubtful;
  }

  /** Gives what waits warm to those whom it will do; the others. */
  private List<Intent> handOver(
      List<Intent> fresh,
      List<SlotRows.Live> live,
      Map<String, Cordon> cordons,
      Reservation.Chooser<R> chooser) {
    Set<String> images =
        fresh.stream()
            .filter(Intent::warmWillDo)
            .flatMap(intent -> intent.instance().image().stream())
            .collect(Collectors.toSet());
    List<String> waiting =
        live.stream()
            .filter(one -> one.isWaiting() && images.contains(one.image()))
            .filter(one -> one.host() == null || !cordons.containsKey(one.host()))
            .map(SlotRows.Live::id)
            .filter(chooser::mayHandOver)
            .toList();
    List<Instance> candidates = book.lockWaiting(waiting);
    List<Instance> given = new ArrayList<>();
    List<Intent> others = new ArrayList<>();
    for (Intent intent : fresh) {
      Optional<Instance> candidate =
          candidates.stream()
              .filter(one -> intent.warmWillDo() && isAsWanted(one, intent.instance()))
              .findFirst();
      if (candidate.isEmpty()) {
        others.add(intent);
      } else if (mayHave(intent)) {
        candidates.remove(candidate.get());
        Instance instance =
            candidate
                .get()
                .handedTo(
                    intent.instance().owner().orElseThrow(),
                    intent.instance().broker(),
                    InstanceRows.precise(now),
                    "handed over warm");
        given.add(instance);
        has(intent, instance);
        answers.put(intent.instance().id(), new Reservation.HandedOver<>(instance));
      }
    }
    book.handOver(given);
    return others;
  }

  /** Whether it was made from what the image's name means now, as far as that is known. */
  private static boolean isAsWanted(Instance waiting, Instance wanted) {
    return waiting.image().equals(wanted.image())
        && (waiting.origin().isEmpty() || waiting.origin().equals(wanted.origin()));
  }

  /** Whether its owner may have one more; if not, that is its answer. */
  private boolean mayHave(Intent intent) {
    Optional<Reservation.Denied<R>> denial = allowance.denial(intent);
    denial.ifPresent(denied -> answers.put(intent.instance().id(), denied));
    return denial.isEmpty();
  }

  private void has(Intent intent, Instance instance) {
    allowance.has(instance);
    intent
        .key()
        .ifPresent(
            key -> keyed.put(key, new Intent.Given(instance, Optional.of(intent.request()))));
  }
}
