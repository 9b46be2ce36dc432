package io.macpool.brain.lifecycle.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PermitsTest {

  private static CompletableFuture<Void> acquire(Permits permits, String owner) {
    return permits.acquire(owner).orElseThrow();
  }

  @Test
  void ownersTakeTurnsAndEachHasItsOwnInOrder() {
    Permits permits = new Permits(1, 1_000);
    assertThat(acquire(permits, "many")).isCompleted();
    List<CompletableFuture<Void>> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(acquire(permits, "many"));
    }
    CompletableFuture<Void> one = acquire(permits, "one");
    permits.release();
    permits.release();

    assertThat(many.get(0)).isCompleted();
    assertThat(one).isCompleted();
    assertThat(many.get(1)).isNotDone();
    permits.release();
    assertThat(many.get(1)).isCompleted();
  }

  @Test
  void whoIsCancelledPassesItsTurnOnAndNoPermitIsLost() {
    Permits permits = new Permits(1, 10);
    assertThat(acquire(permits, "a")).isCompleted();
    CompletableFuture<Void> gone = acquire(permits, "a");
    CompletableFuture<Void> next = acquire(permits, "a");
    gone.cancel(false);
    assertThat(permits.byOwner()).containsExactly(Map.entry("a", 1));
    permits.release();
    assertThat(next).isCompleted();
    assertThat(permits.byOwner()).isEmpty();
    permits.release();
    assertThat(acquire(permits, "b")).isCompleted();
    assertThat(acquire(permits, "b")).isNotDone();
  }

  @Test
  void whoFillsTheLineKeepsOutNobodyElse() {
    Permits permits = new Permits(1, 2);
    assertThat(acquire(permits, "many")).isCompleted();
    assertThat(acquire(permits, "many")).isNotDone();
    assertThat(acquire(permits, "many")).isNotDone();
    assertThat(permits.acquire("many")).isEmpty();
    assertThat(permits.acquire("one")).isPresent();
    assertThat(permits.acquire("one")).isEmpty();
  }
}
