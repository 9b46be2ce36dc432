package io.macpool.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IdentitiesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Identities RECORDS =
      Identities.of("ours", List.of(record("a").shownBy("vm-1", Optional.of("uuid-1"))));

  private static Instance record(String id) {
    return Instance.requested(
        id, "macos", Ownership.of("ci"), Instance.Size.AS_IMAGE, "broker", NOW);
  }

  private static Machine machine(
      String title, String ref, String uuid, Optional<Mark> mark, boolean inFolder) {
    return new Machine(
        title,
        ref,
        PowerState.ON,
        List.of(),
        Optional.of("host-1"),
        Optional.empty(),
        new Machine.Sign(title, Optional.of(uuid), mark, inFolder, true, false));
  }

  private static Inventory seen(Machine... machines) {
    return Inventory.of(1, Map.of(), Map.of(), List.of(machines), RECORDS);
  }

  private static Optional<Mark> mark(String ledger, String instance) {
    return Optional.of(new Mark(ledger, instance));
  }

  @Test
  void theRecordedReferenceCountsWhateverItIsCalledAndWhereverItLies() {
    Machine renamed = machine("do-not-delete", "vm-1", "uuid-1", Optional.empty(), false);
    assertThat(seen(renamed).machine("a")).isPresent();
    assertThat(seen(renamed).others()).isEmpty();
  }

  @Test
  void aReferenceThatWasGivenToAnotherVmIsNoProof() {
    Machine another = machine("b", "vm-1", "uuid-9", Optional.empty(), false);
    assertThat(seen(another).machine("a")).isEmpty();
  }

  @Test
  void theUuidCountsWhenTheReferenceHasChanged() {
    Machine again = machine("x", "vm-7", "uuid-1", Optional.empty(), false);
    assertThat(seen(again).machine("a")).isPresent();
  }

  @Test
  void ourMarkCountsWithoutARecordAndAnothersMakesItNoneOfOurs() {
    Machine ours = machine("x", "vm-7", "uuid-7", mark("ours", "b"), true);
    Machine theirs = machine("c", "vm-8", "uuid-8", mark("theirs", "c"), true);
    Inventory inventory = seen(ours, theirs);
    assertThat(inventory.machines()).containsOnlyKeys("b");
    assertThat(inventory.others()).containsExactly(theirs);
    assertThat(theirs.foreignTo("ours")).contains("theirs");
    assertThat(ours.foreignTo("ours")).isEmpty();
  }

  @Test
  void aNameCountsInTheFolderOfClonesOnly() {
    Machine inside = machine("b", "vm-7", "uuid-7", Optional.empty(), true);
    Machine outside = machine("c", "vm-8", "uuid-8", Optional.empty(), false);
    assertThat(seen(inside, outside).machines()).containsOnlyKeys("b");
    assertThat(seen(inside, outside).others()).containsExactly(outside);
  }

  @Test
  void anotherVmOfThatNameIsNotTheOneOnRecord() {
    Machine impostor = machine("a", "vm-7", "uuid-7", Optional.empty(), true);
    assertThat(seen(impostor).machine("a")).isEmpty();
  }

  @Test
  void aCopyThatSomebodyMadeIsNotTheInstance() {
    Machine instance = machine("a", "vm-1", "uuid-1", mark("ours", "a"), true);
    Machine copy = machine("copy of a", "vm-7", "uuid-7", mark("ours", "a"), true);
    Inventory inventory = seen(copy, instance);
    assertThat(inventory.machine("a")).contains(instance);
    assertThat(inventory.others()).containsExactly(copy);
    assertThat(inventory.identified(RECORDS)).isEqualTo(inventory);
  }

  @Test
  void aCopyIsNotTheInstanceEvenWhenThatIsOutOfSight() {
    Machine copy = machine("copy of a", "vm-7", "uuid-7", mark("ours", "a"), true);
    assertThat(seen(copy).machine("a")).isEmpty();
    assertThat(seen(copy).others()).containsExactly(copy);
  }
}
