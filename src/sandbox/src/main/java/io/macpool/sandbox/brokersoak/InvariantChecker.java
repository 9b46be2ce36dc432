package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.brokersoak.Violation.Kind;
import io.macpool.sim.vcenter.options.MachineEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Holds what was seen from outside against what was promised: observations in, violations out. One
 * use; pure but for its own state.
 *
 * <p>An instance is owned from the moment its client has read its 201 until the client begins to
 * delete it, gives up its lease or has not even tried to renew it for the lease's time, or its host
 * died under it. Whether the broker could know is no excuse.
 */
final class InvariantChecker {

  private record Key(String owner, String key) {}

  /** Who was ever given an instance. A request repeated with its key is the same holder. */
  private record Holder(String client, String owner, Optional<String> key, Optional<String> lease) {
    boolean isSameAs(Holder other) {
      return client.equals(other.client) && key.isPresent() && key.equals(other.key);
    }
  }

  private record Spoken(Instant at, Instant until) {}

  private final Rules rules;
  private final List<Violation> violations = new ArrayList<>();
  private final Map<Long, Observation.CreateAsked> asked = new HashMap<>();
  private final Map<String, Holder> ever = new HashMap<>();
  private final Map<String, Holder> held = new HashMap<>();
  private final Map<Key, String> keys = new HashMap<>();
  private final Map<Key, Spoken> leases = new HashMap<>();
  private final Map<String, MachineEvent> died = new HashMap<>();
  private final HostLoad load;
  private final LeftoverCheck leftovers;

  private InvariantChecker(Rules rules) {
    this.rules = rules;
    load = new HostLoad(rules.slotsPerHost());
    leftovers = new LeftoverCheck(rules.leakAfter());
  }

  /** All that was broken, in order of time. */
  static List<Violation> check(Rules rules, List<Observation> seen) {
    InvariantChecker checker = new InvariantChecker(rules);
    seen.stream().sorted(Comparator.comparing(Observation::at)).forEach(checker::see);
    checker.violations.addAll(checker.leftovers.leaks(checker.load));
    checker.violations.sort(Comparator.comparing(Violation::at));
    return checker.violations;
  }

  private void see(Observation seen) {
    leftovers.see(seen);
    if (seen instanceof Observation.CreateAsked create) {
      asked.put(create.call(), create);
    } else if (seen instanceof Observation.CreateAnswered answer) {
      patient(answer.at(), "a create", answer.status(), answer.retryAfter(), answer.detail());
      if (answer.status() == 201) {
        given(answer);
      }
    } else if (seen instanceof Observation.Answered answer) {
      patient(answer.at(), answer.what(), answer.status(), answer.retryAfter(), answer.detail());
      if (answer.status() == 404) {
        notFound(answer);
      }
    } else if (seen instanceof Observation.DeleteAsked delete) {
      held.remove(delete.id());
    } else if (seen instanceof Observation.LeaseSpoken spoken) {
      leases.put(
          new Key(spoken.owner(), spoken.lease()),
          new Spoken(spoken.at(), spoken.at().plus(spoken.lasts())));
    } else if (seen instanceof Observation.LeaseGivenUp given) {
      held.values()
          .removeIf(
              holder ->
                  holder.owner().equals(given.owner())
                      && holder.lease().equals(Optional.of(given.lease())));
    } else if (seen instanceof Observation.OnHost machine) {
      onHost(machine.event());
    }
  }

  private void patient(Instant at, String what, int status, boolean retryAfter, String detail) {
    if (status >= 500 && !retryAfter) {
      violate(Kind.NO_RETRY_AFTER, at, what + " was answered " + status + ": " + detail, Set.of());
    }
  }

  private void given(Observation.CreateAnswered answer) {
    String id = answer.instance().orElse("");
    Observation.CreateAsked call =
        Objects.requireNonNull(asked.get(answer.call()), "who is answered has asked");
    Holder holder = new Holder(call.client(), call.owner(), call.key(), call.lease());
    Holder first = ever.putIfAbsent(id, holder);
    if (first != null && !first.isSameAs(holder)) {
      violate(
          Kind.TWO_OWNERS,
          answer.at(),
          id + " was given to " + first.client() + " and to " + holder.client(),
          Set.of(id));
    }
    call.key().ifPresent(key -> keyed(new Key(call.owner(), key), id, answer.at()));
    MachineEvent death = died.get(id);
    if (death == null) {
      if (first == null) {
        held.put(id, holder);
        quota(holder.owner(), answer.at());
      }
    } else if (death.kind() != MachineEvent.Kind.CRASHED && first == null) {
      violate(
          Kind.DESTROYED_WHILE_OWNED,
          answer.at(),
          id + " was given to " + holder.client() + " after it was ended by " + death.by(),
          Set.of(id));
    }
  }

  private void keyed(Key key, String id, Instant at) {
    String before = keys.put(key, id);
    if (before != null && !before.equals(id) && !died.containsKey(before)) {
      violate(
          Kind.KEY_TWICE,
          at,
          "key " + key.key() + " gave " + before + " and, while that lived, " + id,
          Set.of(before, id));
    }
  }

  private void quota(String owner, Instant at) {
    long holds = held.values().stream().filter(holder -> holder.owner().equals(owner)).count();
    if (rules.ownerQuota() > 0 && holds > rules.ownerQuota()) {
      violate(
          Kind.OVER_QUOTA,
          at,
          owner + " holds " + holds + " instances, " + rules.ownerQuota() + " are allowed",
          Set.of());
    }
  }

  private void notFound(Observation.Answered answer) {
    String id = answer.instance().orElse("");
    if (held.containsKey(id) && !isLapsed(held.get(id), answer.at())) {
      violate(
          Kind.FORGOTTEN,
          answer.at(),
          id + " was not found for " + answer.client() + ", who holds it",
          Set.of(id));
    }
  }

  private void onHost(MachineEvent event) {
    load.see(event)
        .ifPresent(
            names ->
                violate(
                    Kind.OVERCOMMITTED,
                    event.at(),
                    event.host() + " holds " + names.size() + " machines: " + names,
                    names));
    switch (event.kind()) {
      case CRASHED -> {
        died.putIfAbsent(event.original(), event);
        held.remove(event.original());
      }
      case POWERED_OFF, DESTROYED -> ended(event);
      case CLONE_BEGAN -> died.remove(event.original());
      default -> {
        // It lives on, or never lived.
      }
    }
  }

  private void ended(MachineEvent event) {
    died.putIfAbsent(event.original(), event);
    Holder holder = held.remove(event.original());
    if (holder != null && !isLapsed(holder, event.at())) {
      violate(
          Kind.DESTROYED_WHILE_OWNED,
          event.at(),
          event.original()
              + " was ended ("
              + event.kind()
              + ") by "
              + event.by()
              + " while "
              + holder.client()
              + " held it"
              + holder.lease().map(lease -> " under lease " + lease).orElse(""),
          Set.of(event.original()));
    }
  }

  /** Whether its holder was silent for its lease's time, and so gave it up. */
  private boolean isLapsed(Holder holder, Instant at) {
    return holder
        .lease()
        .map(lease -> leases.get(new Key(holder.owner(), lease)))
        .filter(spoken -> at.isAfter(spoken.until()))
        .isPresent();
  }

  private void violate(Kind kind, Instant at, String words, Set<String> instances) {
    violations.add(new Violation(kind, at, words, instances));
  }
}
