package io.macpool.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ConnectionRaceTest {

  private final Map<String, CompletableFuture<String>> dialled = new HashMap<>();
  private final List<String> givenBack = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();

  private CompletableFuture<String> race(String... addresses) {
    return ConnectionRace.run(
        List.of(addresses),
        address -> dialled.computeIfAbsent(address, a -> new CompletableFuture<>()),
        givenBack::add,
        (delay, task) -> timers.add(task));
  }

  @Test
  void theFirstHasAHeadStartAndNobodyWaitsForItAfterThat() {
    CompletableFuture<String> winner = race("dead", "good", "never");
    assertThat(dialled).containsOnlyKeys("dead");
    timers.get(0).run();
    assertThat(dialled).containsOnlyKeys("dead", "good");
    dialled.get("good").complete("to good");
    assertThat(winner).isCompletedWithValue("to good");
    timers.get(1).run();
    assertThat(dialled).doesNotContainKey("never");
    dialled.get("dead").complete("late");
    assertThat(givenBack).containsExactly("late");
  }

  @Test
  void aRefusalStartsTheNextAtOnceAndEachStartsOnce() {
    CompletableFuture<String> winner = race("refused", "good");
    dialled.get("refused").completeExceptionally(new IOException("refused"));
    CompletableFuture<String> good = dialled.get("good");
    timers.get(0).run();
    assertThat(dialled.get("good")).isSameAs(good);
    good.complete("to good");
    assertThat(winner).isCompletedWithValue("to good");
  }

  @Test
  void itFailsWhenAllHaveFailed() {
    CompletableFuture<String> winner = race("one", "two");
    dialled.get("one").completeExceptionally(new IOException("first"));
    assertThat(winner).isNotDone();
    dialled.get("two").completeExceptionally(new IOException("second"));
    assertThatThrownBy(winner::join).hasRootCauseMessage("second");
    assertThat(race()).isCompletedExceptionally();
  }
}
