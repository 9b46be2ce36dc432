package io.macpool.core.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.Observed;
import io.macpool.core.hygiene.HostCondition.Probed;
import io.macpool.core.hygiene.HostHygienePlanner.Plan;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import io.macpool.core.hygiene.HostRepair.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is seen, in whatever order: what must hold for each step of a plan. */
class HostHygienePlannerPropertyTest {

  private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
  private static final HygienePolicy POLICY = HygienePolicy.USUAL;

  private static <T> Observed<T> perhaps(Random random, T value, Instant now) {
    return random.nextInt(12) == 0 ? Observed.unknown("not seen", now) : Observed.known(value, now);
  }

  private static List<HostCondition> fleet(
      Random random, int size, Map<String, Instant> boots, Instant now) {
    List<HostCondition> hosts = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String id = "h-" + i;
      if (!boots.containsKey(id) || random.nextInt(6) == 0) {
        boots.put(id, now.minus(Duration.ofHours(random.nextInt(24 * 55))));
      }
      hosts.add(
          new HostCondition(
              id,
              "pool-" + i % 2,
              random.nextBoolean() ? Optional.of("24G90") : Optional.empty(),
              2,
              perhaps(random, random.nextInt(15) != 0, now),
              random.nextInt(15) == 0 ? Optional.of("cordoned by ops") : Optional.empty(),
              perhaps(random, boots.get(id), now),
              perhaps(random, Math.max(0, random.nextInt(4) - 1), now),
              random.nextInt(3) == 0
                  ? List.of(
                      new HostFault(
                          HostFault.Cause.REFUSALS, Optional.of("xcode"), now, "it refuses"))
                  : List.of(),
              random.nextInt(3) == 0
                  ? Optional.of(new Probed(random.nextBoolean(), now, "no answer"))
                  : Optional.empty()));
    }
    return hosts;
  }

  private static int out(List<HostCondition> hosts, State state) {
    return hosts.stream()
        .filter(
            host ->
                !host.reachable().toOptional().orElse(false)
                    || host.setAside().isPresent()
                    || isOut(state, host.id()))
        .mapToInt(HostCondition::slots)
        .sum();
  }

  private static boolean isOut(State state, String host) {
    return state.repairs().containsKey(host) && state.repairs().get(host).phase().isOut();
  }

  @Property(tries = 200)
  void everyStepKeepsThePromises(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int size) {
    Random random = new Random(seed);
    Map<String, Instant> boots = new HashMap<>();
    State state = State.NONE;
    Instant now = BEGIN;
    for (int step = 0; step < 30; step++) {
      now = now.plus(Duration.ofMinutes(1 + random.nextInt(90)));
      List<HostCondition> hosts = fleet(random, size, boots, now);
      Plan plan = HostHygienePlanner.plan(hosts, state, POLICY, now);
      check(hosts, state, plan, now);

      List<HostCondition> shuffled = new ArrayList<>(hosts);
      Collections.shuffle(shuffled, random);
      assertThat(HostHygienePlanner.plan(shuffled, state, POLICY, now)).isEqualTo(plan);
      state = plan.next();
    }
  }

  private static void check(List<HostCondition> hosts, State before, Plan plan, Instant now) {
    Map<String, HostCondition> byId = new HashMap<>();
    hosts.forEach(host -> byId.put(host.id(), host));
    int drains = 0;
    assertThat(plan.actions()).extracting(HygieneAction::host).doesNotHaveDuplicates();
    for (HygieneAction action : plan.actions()) {
      HostCondition host = byId.get(action.host());
      HostRepair repair = before.repairs().get(action.host());
      if (action instanceof HygieneAction.AskReboot) {
        boolean away = !host.reachable().toOptional().orElse(false);
        assertThat(
                host.occupants().toOptional().equals(Optional.of(0))
                    || (away && repair.phase() == Phase.REBOOTING))
            .as("nothing runs on a host that is asked to reboot")
            .isTrue();
        assertThat(repair.phase() == Phase.DRAINING || !now.isBefore(repair.due()))
            .as("never asked twice at a time")
            .isTrue();
        assertThat(repair.asks()).isLessThan(POLICY.mostAsks());
        assertThat(host.setAside()).isEmpty();
      } else if (action instanceof HygieneAction.Drain) {
        drains++;
        assertThat(host.bootTime().isKnown()).isTrue();
        assertThat(host.setAside()).isEmpty();
        if (!isOut(before, host.id())) {
          assertThat(out(hosts, plan.next()))
              .as("slots out of service")
              .isLessThanOrEqualTo(POLICY.mayBeOut(hosts.size() * 2));
        }
      } else if (action instanceof HygieneAction.Probe) {
        assertThat(repair.phase() == Phase.PROBING || repair.hasRebooted(host))
            .as("a changed boot time")
            .isTrue();
      } else if (action instanceof HygieneAction.TakeBack) {
        assertThat(repair.phase()).isIn(Phase.PROBING, Phase.WATCHED);
      }
      boolean tooOld =
          host.uptime(now)
              .filter(up -> up.compareTo(HygienePolicy.NO_PLACEMENT_AFTER) >= 0)
              .isPresent();
      if (tooOld && host.setAside().isEmpty() && host.reachable().toOptional().orElse(false)) {
        assertThat(isOut(plan.next(), host.id())).as("no placement after day 49").isTrue();
      }
    }
    assertThat(drains).isLessThanOrEqualTo(POLICY.atOnce());
    assertThat(plan.next().widths().values()).allMatch(w -> w >= 1 && w <= POLICY.atOnce());
  }

  @Property(tries = 100)
  void whatIsNotSeenIsNeitherAskedNorDrained(@ForAll long seed) {
    Random random = new Random(seed);
    List<HostCondition> hosts =
        fleet(random, 20, new HashMap<>(), BEGIN).stream()
            .map(
                host ->
                    new HostCondition(
                        host.id(),
                        host.pool(),
                        host.build(),
                        host.slots(),
                        Observed.unknown("vCenter is away", BEGIN),
                        host.setAside(),
                        Observed.unknown("vCenter is away", BEGIN),
                        Observed.unknown("vCenter is away", BEGIN),
                        host.faults(),
                        host.probe()))
            .toList();
    assertThat(HostHygienePlanner.plan(hosts, State.NONE, POLICY, BEGIN).actions())
        .allMatch(HygieneAction.Hold.class::isInstance);
  }
}
