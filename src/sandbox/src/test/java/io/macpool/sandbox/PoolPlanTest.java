package io.macpool.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.macpool.sandbox.PoolPlan.Driver;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolPlanTest {

  @Test
  void poolsOfOneKindAreAddedUp() {
    PoolPlan plan = PoolPlan.parse("intel=vsphere:2,arm=tart:1,more=tart:3");
    assertThat(plan.hosts(Driver.VSPHERE)).isEqualTo(2);
    assertThat(plan.hosts(Driver.TART)).isEqualTo(4);
  }

  @Test
  void whatItSaysOfItselfIsReadAgain() {
    PoolPlan plan = PoolPlan.parse("intel=vsphere:2, arm=tart:1");
    assertThat(plan.text()).isEqualTo("intel=vsphere:2,arm=tart:1");
    assertThat(PoolPlan.parse(plan.text())).isEqualTo(plan);
  }

  @Test
  void poolsGetJobsInTurn() {
    PoolPlan plan = PoolPlan.parse("intel=vsphere:2,arm=tart:1");
    assertThat(List.of(plan.osxImage(0), plan.osxImage(1), plan.osxImage(2)))
        .containsExactly("xcode12.5", "xcode26.0", "xcode12.5");
  }

  @Test
  void aNameThatTwoPoolsHaveIsRefused() {
    assertThatThrownBy(() -> PoolPlan.parse("intel=vsphere:2, intel=tart:2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two pools are called intel: give each a name of its own");
  }

  @Test
  void whatIsNoPoolIsRefusedWithTheForm() {
    assertThatThrownBy(() -> PoolPlan.parse("intel=vsphere:2,arm=tart:0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NAME=tart:HOSTS")
        .hasMessageContaining("arm=tart:0");
  }
}
