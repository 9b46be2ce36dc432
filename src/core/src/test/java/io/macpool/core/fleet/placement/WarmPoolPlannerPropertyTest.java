package io.macpool.core.fleet.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.placement.WarmPoolPlanner.Plan;
import io.macpool.core.fleet.placement.WarmPoolPlanner.Policy;
import io.macpool.core.fleet.placement.WarmPoolPlanner.Retire;
import io.macpool.core.fleet.placement.WarmPoolPlanner.Retirement;
import io.macpool.core.fleet.placement.WarmPoolPlanner.Warm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class WarmPoolPlannerPropertyTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Duration BOOT_LIMIT = Duration.ofMinutes(5);
  private static final Set<String> DRAINING = Set.of("host-9");

  @Provide
  Arbitrary<List<Policy>> policies() {
    return Combinators.combine(
            Arbitraries.of("a", "b", "c"),
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(1, 60))
        .as((image, min, more, ttl) -> new Policy(image, min, min + more, Duration.ofMinutes(ttl)))
        .list()
        .ofMaxSize(3)
        .uniqueElements(Policy::image);
  }

  @Provide
  Arbitrary<List<Warm>> warm() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 1_000),
            Arbitraries.of("a", "b", "c", "d"),
            Arbitraries.of("host-1", "host-2", "host-9"),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 5_000))
        .as(
            (id, image, host, waiting, age) ->
                new Warm("i-" + id, image, host, waiting, NOW.minusSeconds(age)))
        .list()
        .ofMaxSize(15)
        .uniqueElements(Warm::id);
  }

  @Provide
  Arbitrary<Map<String, Integer>> demand() {
    return Arbitraries.maps(
        Arbitraries.of("a", "b", "c", "d"), Arbitraries.integers().between(0, 10));
  }

  private static Plan plan(
      List<Policy> policies, List<Warm> warm, Map<String, Integer> demand, int free) {
    return WarmPoolPlanner.plan(policies, warm, demand, DRAINING, free, BOOT_LIMIT, NOW);
  }

  @Property
  void keepsWithinRoomAndPolicy(
      @ForAll("policies") List<Policy> policies,
      @ForAll("warm") List<Warm> warm,
      @ForAll("demand") Map<String, Integer> demand,
      @ForAll @IntRange(max = 20) int free) {
    Plan plan = plan(policies, warm, demand, free);
    Set<String> retired = plan.retirements().stream().map(Retire::id).collect(Collectors.toSet());
    assertThat(plan.starts().values().stream().mapToInt(i -> i).sum()).isLessThanOrEqualTo(free);
    for (Policy policy : policies) {
      long kept =
          warm.stream()
              .filter(w -> w.image().equals(policy.image()) && !retired.contains(w.id()))
              .count();
      long after = kept + plan.starts().getOrDefault(policy.image(), 0);
      assertThat(after).isLessThanOrEqualTo(policy.max());
      if (free == 20) {
        assertThat(after).isGreaterThanOrEqualTo(policy.min());
      }
    }
  }

  @Property
  void nothingOfUseIsSentAwayBeforeItsTime(
      @ForAll("policies") List<Policy> policies,
      @ForAll("warm") List<Warm> warm,
      @ForAll("demand") Map<String, Integer> demand) {
    Map<String, Policy> byImage =
        policies.stream().collect(Collectors.toMap(Policy::image, p -> p));
    Map<String, Warm> byId = warm.stream().collect(Collectors.toMap(Warm::id, w -> w));
    for (Retire retire : plan(policies, warm, demand, 5).retirements()) {
      Warm one = byId.get(retire.id());
      if (retire.reason() == Retirement.EXPIRED) {
        assertThat(one.waiting()).isTrue();
        assertThat(one.since().plus(byImage.get(one.image()).ttl())).isBeforeOrEqualTo(NOW);
      } else if (retire.reason() == Retirement.NO_POLICY) {
        assertThat(byImage).doesNotContainKey(one.image());
      } else if (retire.reason() == Retirement.HOST_DRAINS) {
        assertThat(DRAINING).contains(one.host());
      }
    }
  }

  @Property
  void isSteadyOnceItsStartsAreOnTheirWay(
      @ForAll("policies") List<Policy> policies, @ForAll("demand") Map<String, Integer> demand) {
    Plan first = plan(policies, List.of(), demand, 100);
    List<Warm> onTheirWay = new ArrayList<>();
    first
        .starts()
        .forEach(
            (image, count) -> {
              for (int i = 0; i < count; i++) {
                onTheirWay.add(new Warm(image + i, image, "host-1", false, NOW));
              }
            });
    Plan second = plan(policies, onTheirWay, demand, 100);
    assertThat(second.starts()).isEmpty();
    assertThat(second.retirements()).isEmpty();
  }

  @Property
  void theOrderOfInputDoesNotMatter(
      @ForAll("policies") List<Policy> policies,
      @ForAll("warm") List<Warm> warm,
      @ForAll("demand") Map<String, Integer> demand,
      @ForAll Random random) {
    List<Warm> shuffled = new ArrayList<>(warm);
    Collections.shuffle(shuffled, random);
    assertThat(plan(policies, shuffled, demand, 7)).isEqualTo(plan(policies, warm, demand, 7));
  }
}
