package io.macpool.brain.lifecycle.create;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.lifecycle.execution.ProcessRuntime;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WaitingTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  private final Waiting waiting = new Waiting(new ProcessRuntime(Clock.systemUTC()));

  private static CompletableFuture<Void> await(Waiting.Turn turn) {
    return turn.await(0, LONG, new Cancellation());
  }

  @Test
  void whoGivesUpLeavesTheLine() throws Exception {
    for (int i = 0; i < 20_000; i++) { // more than may wait at a time
      Waiting.Turn turn = waiting.join("ci").orElseThrow();
      turn.leave();
      turn.leave();
    }
    assertThat(waiting.size()).isZero();
    assertThat(waiting.byOwner()).isEmpty();
    Waiting.Turn impatient = waiting.join("ci").orElseThrow();
    impatient.await(0, Duration.ZERO, new Cancellation()).get(20, TimeUnit.SECONDS);
    Waiting.Turn patient = waiting.join("ci").orElseThrow();
    CompletableFuture<Void> word = await(patient);
    waiting.wake(); // not for one whose patience is over
    assertThat(word).isCompleted();
  }

  @Test
  void whoIsWokenInVainKeepsItsPlace() {
    Waiting.Turn first = waiting.join("ci").orElseThrow();
    Waiting.Turn second = waiting.join("ci").orElseThrow();
    assertThat(waiting.byOwner()).containsExactly(Map.entry("ci", 2));
    CompletableFuture<Void> of1 = await(first);
    CompletableFuture<Void> of2 = await(second);
    waiting.wake();
    assertThat(of1).isCompleted();
    assertThat(of2).isNotDone();
    CompletableFuture<Void> again = await(first);
    waiting.wake();
    assertThat(again).isCompleted();
    assertThat(of2).isNotDone();
  }

  @Test
  void whatIsFreedBetweenAVainTryAndTheWaitIsTriedAgain() {
    Waiting.Turn turn = waiting.join("ci").orElseThrow();
    long before = waiting.unheard();
    waiting.wake(); // it tries just now, and waits for no word yet
    assertThat(turn.await(before, LONG, new Cancellation())).isCompleted();
    long after = waiting.unheard();
    assertThat(turn.await(after, LONG, new Cancellation())).isNotDone();
  }

  @Test
  void ownersTakeTurns() {
    CompletableFuture<Void> many1 = await(waiting.join("many").orElseThrow());
    CompletableFuture<Void> many2 = await(waiting.join("many").orElseThrow());
    CompletableFuture<Void> one = await(waiting.join("one").orElseThrow());
    waiting.wake();
    waiting.wake();
    assertThat(many1).isCompleted();
    assertThat(many2).isNotDone();
    assertThat(one).isCompleted();
  }

  @Test
  void whoIsCancelledHearsItAtOnce() {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Void> word = waiting.join("ci").orElseThrow().await(0, LONG, cancellation);
    cancellation.cancel(
        new CreateFailure(CreateFailure.Kind.TIMED_OUT, "timeout", "it took too long"));
    assertThat(word).isCompletedExceptionally();
  }
}
