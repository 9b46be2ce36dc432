package io.macpool.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InstanceEventTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private static Instance instance(Ownership ownership) {
    return Instance.requested("a", "xcode", ownership, Instance.Size.AS_IMAGE, "broker", NOW);
  }

  @Test
  void theDocumentationShowsThisTable() throws Exception {
    String table =
        Stream.concat(
                Stream.of(
                    "| event | who may | if | REQUESTED | CLONED | READY | RECLAIMING | GONE |",
                    "| --- | --- | --- | --- | --- | --- | --- | --- |"),
                Arrays.stream(InstanceEvent.values()).map(InstanceEventTest::row))
            .collect(Collectors.joining("\n"));
    assertThat(Files.readString(Path.of("../../docs/broker.md"))).contains(table);
  }

  private static String row(InstanceEvent event) {
    return "| "
        + event
        + " | "
        + event.by().words()
        + " | "
        + event.condition().words()
        + " | "
        + Stream.of(
                InstancePhase.REQUESTED,
                InstancePhase.CLONED,
                InstancePhase.READY,
                InstancePhase.RECLAIMING,
                InstancePhase.GONE)
            .map(phase -> event.next(phase).map(InstancePhase::name).orElse("-"))
            .collect(Collectors.joining(" | "))
        + " |";
  }

  @Test
  void nothingHappensToWhatIsGoneAndNothingGoesBackButWhatReturns() {
    for (InstanceEvent event : InstanceEvent.values()) {
      if (event.condition() == InstanceEvent.If.LOST_FROM_SIGHT) {
        continue;
      }
      assertThat(event.next(InstancePhase.GONE)).isEmpty();
      for (InstancePhase phase : InstancePhase.values()) {
        assertThat(event.next(phase).filter(next -> next.compareTo(phase) < 0)).isEmpty();
      }
    }
  }

  @Test
  void whatHasAnOwnerIsNeitherRetiredNorHandedOver() {
    for (Ownership ownership :
        new Ownership[] {Ownership.UNKNOWN, Ownership.of("ci"), Ownership.WARM}) {
      Instance ready =
          instance(ownership).in(InstancePhase.READY, "on", Optional.empty(), NOW).proven();
      for (InstanceEvent event :
          new InstanceEvent[] {InstanceEvent.RETIRED, InstanceEvent.HANDED_OVER}) {
        assertThat(event.next(ready, Optional.empty()).isPresent()).isEqualTo(ownership.isWarm());
      }
    }
  }

  @Test
  void whatReturnsIsItsOwnersIfItsRecordWasClosedAsVanishedAlone() {
    Instance ready =
        instance(Ownership.of("ci")).in(InstancePhase.READY, "on", Optional.empty(), NOW);
    for (String reason : new String[] {ReclaimPlanner.VANISHED, "decided"}) {
      Instance gone = ready.in(InstancePhase.GONE, reason, Optional.empty(), NOW);
      boolean lost = reason.equals(ReclaimPlanner.VANISHED);
      assertThat(InstanceEvent.RETURNED.next(gone, Optional.empty()).isPresent()).isEqualTo(lost);
      assertThat(InstanceEvent.DISOWNED.next(gone, Optional.empty()).isPresent()).isEqualTo(lost);
    }
    assertThat(InstanceEvent.RETURNED.next(ready, Optional.empty())).isEmpty();
  }

  @Test
  void whatOnesOwnerKnowsOfIsNotGivenUp() {
    Instance ready =
        instance(Ownership.of("ci")).in(InstancePhase.READY, "on", Optional.empty(), NOW);
    assertThat(InstanceEvent.GIVEN_UP.next(ready, Optional.empty()))
        .contains(InstancePhase.RECLAIMING);
    assertThat(InstanceEvent.GIVEN_UP.next(ready.known(), Optional.empty())).isEmpty();
  }

  @Test
  void aJudgementHoldsForWhatWasSeenAlone() {
    Instance ready =
        instance(Ownership.of("ci")).in(InstancePhase.READY, "on", Optional.empty(), NOW);
    assertThat(InstanceEvent.JUDGED.next(ready, Optional.of(ready.version()))).isPresent();
    assertThat(InstanceEvent.JUDGED.next(ready, Optional.empty())).isEmpty();
    assertThat(InstanceEvent.JUDGED.next(ready.known(), Optional.of(ready.version()))).isEmpty();
  }
}
