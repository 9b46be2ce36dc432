package io.macpool.core.fleet.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class LeasePlannerPropertyTest {

  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

  @Provide
  Arbitrary<List<Lease>> leases() {
    return Combinators.combine(
            Arbitraries.of("org", "com"),
            Arbitraries.integers().between(0, 600),
            Arbitraries.integers().between(1, 120))
        .as((owner, at, lasts) -> lease(owner, at, lasts))
        .list()
        .ofMaxSize(20)
        .map(LeasePlannerPropertyTest::named);
  }

  private static Lease lease(String owner, int renewedAt, int lasts) {
    return new Lease(owner, "x", T0.plusSeconds(renewedAt), Duration.ofSeconds(lasts));
  }

  private static List<Lease> named(List<Lease> leases) {
    List<Lease> named = new ArrayList<>();
    for (Lease lease : leases) {
      named.add(new Lease(lease.owner(), "w" + named.size(), lease.renewedAt(), lease.duration()));
    }
    return named;
  }

  @Property
  void whoWasHeardLastIsNeverEnded(@ForAll("leases") List<Lease> leases) {
    Instant last =
        leases.stream().map(Lease::renewedAt).max(Instant::compareTo).orElse(Instant.MAX);

    assertThat(LeasePlanner.ended(leases, T0)).noneMatch(lease -> lease.renewedAt().equals(last));
  }

  @Property
  void nobodyIsEndedWithinItsTimeOrBeforeSomebodyIsHeardAfterIt(
      @ForAll("leases") List<Lease> leases, @ForAll @IntRange(max = 600) int since) {
    Instant hearingSince = T0.plusSeconds(since);

    assertThat(LeasePlanner.ended(leases, hearingSince))
        .allMatch(
            lease ->
                leases.stream()
                    .anyMatch(
                        other ->
                            other.renewedAt().isAfter(lease.expiresAt())
                                && other.renewedAt().isAfter(hearingSince.plus(lease.duration()))));
  }

  @Property
  void whoHearsForLessTimeEndsNoMore(
      @ForAll("leases") List<Lease> leases, @ForAll @IntRange(max = 600) int since) {
    assertThat(LeasePlanner.ended(leases, T0))
        .containsAll(LeasePlanner.ended(leases, T0.plusSeconds(since)));
  }

  @Property
  void theOrderDoesNotMatter(@ForAll("leases") List<Lease> leases, @ForAll Random random) {
    List<Lease> shuffled = new ArrayList<>(leases);
    Collections.shuffle(shuffled, random);

    assertThat(LeasePlanner.ended(shuffled, T0)).isEqualTo(LeasePlanner.ended(leases, T0));
  }

  @Example
  void aDeadHolderIsEndedOnceAnotherIsHeardAfterItsTime() {
    Lease dead = new Lease("com", "dead", T0, Duration.ofSeconds(30));
    Lease early = new Lease("com", "w", T0.plusSeconds(30), Duration.ofSeconds(30));
    Lease late = new Lease("com", "w", T0.plusSeconds(31), Duration.ofSeconds(30));

    assertThat(LeasePlanner.ended(List.of(dead, early), T0)).isEmpty();
    assertThat(LeasePlanner.ended(List.of(dead, late), T0)).containsExactly(dead);
    assertThat(LeasePlanner.ended(List.of(dead, late), T0.plusSeconds(5))).isEmpty();
  }

  @Example
  void theLastHolderOfAllIsNotEndedBySilence() {
    assertThat(LeasePlanner.ended(List.of(lease("com", 0, 1)), T0)).isEmpty();
  }
}
