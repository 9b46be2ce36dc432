package io.macpool.core.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class FairSharePlannerPropertyTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @Property
  void sharesUseEverySlotThatIsWantedAndNoMore(
      @ForAll @IntRange(max = 60) int slots, @ForAll("claims") List<SlotClaim> claims) {
    SortedMap<String, SlotShare> shares = plan(slots, claims);
    int wanted = claims.stream().mapToInt(SlotClaim::wanted).sum();
    int shared = shares.values().stream().mapToInt(SlotShare::share).sum();
    assertThat(shared).isEqualTo(Math.min(slots, wanted));
    claims.forEach(c -> assertThat(shares.get(c.id()).share()).isLessThanOrEqualTo(c.wanted()));
  }

  @Property
  void whateverClustersDoWithTheirLimitsTheSlotsSuffice(
      @ForAll @IntRange(max = 60) int slots, @ForAll("claims") List<SlotClaim> claims) {
    SortedMap<String, SlotShare> shares = plan(slots, claims);
    int held = claims.stream().mapToInt(SlotClaim::held).sum();
    int most = claims.stream().mapToInt(c -> Math.max(c.held(), shares.get(c.id()).limit())).sum();
    assertThat(most).isLessThanOrEqualTo(Math.max(slots, held));
  }

  @Property
  void nobodyIsAboveAMinimumWhileAnotherIsBelowIts(
      @ForAll @IntRange(max = 60) int slots, @ForAll("claims") List<SlotClaim> claims) {
    SortedMap<String, SlotShare> shares = plan(slots, claims);
    boolean somebodyBelow =
        claims.stream()
            .anyMatch(c -> shares.get(c.id()).share() < Math.min(c.minimum(), c.wanted()));
    if (somebodyBelow) {
      claims.forEach(c -> assertThat(shares.get(c.id()).share()).isLessThanOrEqualTo(c.minimum()));
    }
  }

  @Property
  void noSlotMovedFromTheRicherWouldMakeItFairer(
      @ForAll @IntRange(max = 60) int slots, @ForAll("claims") List<SlotClaim> claims) {
    SortedMap<String, SlotShare> shares = plan(slots, claims);
    for (SlotClaim rich : claims) {
      int has = shares.get(rich.id()).share();
      if (has == 0 || has <= rich.minimum()) {
        continue;
      }
      for (SlotClaim poor : claims) {
        int gets = shares.get(poor.id()).share();
        if (gets < poor.wanted()) {
          // Weighted max-min: the poor one's next slot is not below the rich one's last.
          assertThat((long) gets * rich.weight())
              .as("%s next to %s", poor, rich)
              .isGreaterThanOrEqualTo((long) (has - 1) * poor.weight());
        }
      }
    }
  }

  @Property
  void orderDoesNotMatter(
      @ForAll @IntRange(max = 60) int slots,
      @ForAll("claims") List<SlotClaim> claims,
      @ForAll Random random) {
    List<SlotClaim> shuffled = new ArrayList<>(claims);
    Collections.shuffle(shuffled, random);
    assertThat(plan(slots, shuffled)).isEqualTo(plan(slots, claims));
  }

  @Property
  void clustersThatFollowTheirLimitsReachTheirSharesAndStay(
      @ForAll @IntRange(max = 60) int slots, @ForAll("claims") List<SlotClaim> claims) {
    List<SlotClaim> now = claims;
    for (int round = 0; round < 3; round++) {
      Map<String, SlotShare> shares = plan(slots, now);
      now = now.stream().map(c -> holding(c, shares.get(c.id()).limit())).toList();
    }
    Map<String, SlotShare> shares = plan(slots, now);
    for (SlotClaim claim : now) {
      assertThat(shares.get(claim.id()).share()).isEqualTo(claim.held());
      assertThat(shares.get(claim.id()).limit()).isEqualTo(claim.held());
    }
  }

  @Example
  void unknownSlotsHoldEverybody() {
    SlotClaim claim = new SlotClaim("a", 1, 2, 9, 4);
    assertThat(FairSharePlanner.plan(Observed.unknown("gone", NOW), List.of(claim)).get("a"))
        .isEqualTo(new SlotShare(4, 4, SlotShare.Reason.HOLDS));
  }

  private static SortedMap<String, SlotShare> plan(int slots, List<SlotClaim> claims) {
    return FairSharePlanner.plan(Observed.known(slots, NOW), claims);
  }

  private static SlotClaim holding(SlotClaim claim, int held) {
    return new SlotClaim(claim.id(), claim.weight(), claim.minimum(), claim.wanted(), held);
  }

  @Provide
  Arbitrary<List<SlotClaim>> claims() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(0, 8),
            Arbitraries.integers().between(0, 30),
            Arbitraries.integers().between(0, 30))
        .as(
            (weight, minimum, wanted, held) ->
                new SlotClaim("unnamed", weight, minimum, wanted, held))
        .list()
        .ofMaxSize(8)
        .map(
            list -> {
              List<SlotClaim> named = new ArrayList<>();
              for (SlotClaim c : list) {
                named.add(
                    new SlotClaim(
                        "c" + named.size(), c.weight(), c.minimum(), c.wanted(), c.held()));
              }
              return named;
            });
  }
}
