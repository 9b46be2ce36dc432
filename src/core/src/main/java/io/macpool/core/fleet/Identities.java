package io.macpool.core.fleet;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells which instance a VM is. Reference and instance UUID on record say so first, wherever the VM
 * lies and whatever it is called; then its mark; its name counts only in the folder of clones, and
 * only where no reference is on record that says otherwise. Immutable.
 */
public final class Identities {

  /** Of a ledger of which nothing is known yet. */
  public static final Identities NONE = new Identities("", Map.of(), Map.of(), Map.of());

  private record Recorded(String id, Optional<String> ref, Optional<String> uuid) {}

  private final String ledger;
  private final Map<String, Recorded> byRef;
  private final Map<String, String> byUuid;
  private final Map<String, Recorded> byId;

  private Identities(
      String ledger,
      Map<String, Recorded> byRef,
      Map<String, String> byUuid,
      Map<String, Recorded> byId) {
    this.ledger = ledger;
    this.byRef = byRef;
    this.byUuid = byUuid;
    this.byId = byId;
  }

  /**
   * What is on record.
   *
   * @param ledger its id, as marks bear it
   */
  public static Identities of(String ledger, Collection<Instance> instances) {
    Map<String, Recorded> byRef = new HashMap<>();
    Map<String, String> byUuid = new HashMap<>();
    Map<String, Recorded> byId = new HashMap<>();
    for (Instance instance : instances) {
      Recorded recorded = new Recorded(instance.id(), instance.ref(), instance.uuid());
      byId.put(instance.id(), recorded);
      instance.ref().ifPresent(ref -> byRef.put(ref, recorded));
      instance.uuid().ifPresent(uuid -> byUuid.put(uuid, instance.id()));
    }
    return new Identities(ledger, byRef, byUuid, byId);
  }

  public String ledger() {
    return ledger;
  }

  /** How sure it is; the surer one of two VMs that would be the same instance is it. */
  enum Proof {
    REFERENCE,
    UUID,
    MARK,
    NAME
  }

  /**
   * One answer.
   *
   * @param id the instance that the VM is
   */
  record Match(String id, Proof proof) {}

  Optional<Match> match(Machine machine) {
    Optional<String> uuid = machine.sign().uuid();
    Recorded recorded = byRef.get(machine.ref());
    // A vCenter that was set up anew may give the same reference to another VM.
    if (recorded != null && !contradict(recorded.uuid(), uuid)) {
      return Optional.of(new Match(recorded.id(), Proof.REFERENCE));
    }
    if (uuid.isPresent() && byUuid.containsKey(uuid.get())) {
      return Optional.of(new Match(byUuid.get(uuid.get()), Proof.UUID));
    }
    Optional<Mark> mark = machine.sign().mark();
    if (mark.isPresent()) {
      return mark.filter(m -> m.ledger().equals(ledger) && !isCopy(m, uuid))
          .map(m -> new Match(m.instance(), Proof.MARK));
    }
    if (!machine.sign().inFolder()) {
      return Optional.empty();
    }
    Recorded named = byId.get(machine.sign().title());
    boolean another =
        named != null
            && named.ref().filter(ref -> !ref.equals(machine.ref())).isPresent()
            && contradict(named.uuid(), uuid);
    return another ? Optional.empty() : Optional.of(new Match(machine.sign().title(), Proof.NAME));
  }

  /** Whoever copies a VM copies its mark; its UUID is its own. */
  private boolean isCopy(Mark mark, Optional<String> uuid) {
    Recorded marked = byId.get(mark.instance());
    return marked != null && contradict(marked.uuid(), uuid);
  }

  /** Whether these are known to be two VMs. */
  public static boolean contradict(Optional<String> one, Optional<String> other) {
    return one.isPresent() && other.isPresent() && !one.equals(other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Identities that && ledger.equals(that.ledger) && byId.equals(that.byId);
  }

  @Override
  public int hashCode() {
    return Objects.hash(ledger, byId);
  }
}
