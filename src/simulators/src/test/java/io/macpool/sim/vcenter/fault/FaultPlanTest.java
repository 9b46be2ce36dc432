package io.macpool.sim.vcenter.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

  private static final FaultAction DROP = new FaultAction.DropBefore();

  private static List<Boolean> fates(FaultPlan plan, String method, int calls) {
    List<Boolean> fates = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      fates.add(plan.next(method).isPresent());
    }
    return fates;
  }

  @Test
  void theSameSeedGivesTheSameFatesHoweverCallsInterleave() {
    FaultPlan alone = new FaultPlan(7);
    FaultPlan mixed = new FaultPlan(7);
    alone.add(FaultRule.sometimes("*", 0.3, DROP));
    mixed.add(FaultRule.sometimes("*", 0.3, DROP));
    List<Boolean> expected = fates(alone, "CloneVM_Task", 200);
    List<Boolean> actual = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      fates(mixed, "Destroy_Task", i % 3);
      actual.addAll(fates(mixed, "CloneVM_Task", 1));
    }
    assertThat(actual).isEqualTo(expected).contains(true).contains(false);
    assertThat(expected.stream().filter(b -> b).count()).isBetween(35L, 85L);
  }

  @Test
  void anotherSeedGivesOtherFates() {
    FaultPlan one = new FaultPlan(1);
    FaultPlan two = new FaultPlan(2);
    one.add(FaultRule.sometimes("Login", 0.5, DROP));
    two.add(FaultRule.sometimes("Login", 0.5, DROP));
    assertThat(fates(one, "Login", 64)).isNotEqualTo(fates(two, "Login", 64));
  }

  @Test
  void onceStrikesOnceAndAfterSparesTheFirst() {
    FaultPlan plan = new FaultPlan(0);
    plan.add(FaultRule.once("Login", DROP).after(2));
    assertThat(fates(plan, "Login", 5)).containsExactly(false, false, true, false, false);
    assertThat(plan.struck()).isEqualTo(1);
    assertThat(fates(plan, "Logout", 3)).containsOnly(false);
    plan.clear();
    assertThat(plan.struck()).isZero();
  }

  @Test
  void aProbabilityOutsideOfZeroToOneIsRefused() {
    assertThatThrownBy(() -> FaultRule.sometimes("Login", Double.NaN, DROP))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FaultRule.sometimes("Login", 1.1, DROP))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
