package io.macpool.brain.lifecycle.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.ledger.database.LedgerException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class BatcherTest {

  private final Deque<Runnable> thread = new ArrayDeque<>();
  private final List<CompletableFuture<String>> answers = new ArrayList<>();
  private final List<List<String>> asked = new ArrayList<>();
  private final Batcher<String, String> batcher =
      new Batcher<>(thread::add, Function.identity(), this::answer);

  private List<String> answer(List<String> questions) {
    asked.add(questions);
    if (questions.contains("poison")) {
      throw new LedgerException("it can't be said", null);
    }
    if (questions.contains("outage")) {
      throw new LedgerException("nobody listens", new SQLException("cut off", "08006"));
    }
    return questions.stream().map(question -> "re " + question).toList();
  }

  private void askMore(String question) {
    answers.add(batcher.ask(question));
  }

  private void runAll() {
    while (!thread.isEmpty()) {
      thread.remove().run();
    }
  }

  @Test
  void whatComesMeanwhileIsAskedTogether() {
    CompletableFuture<String> first = batcher.ask("a");
    CompletableFuture<String> second =
        first.thenCompose(
            answer -> {
              askMore("b");
              askMore("c");
              return batcher.ask("d");
            });
    assertThat(thread).as("asked at once").hasSize(1);
    runAll();
    assertThat(asked).containsExactly(List.of("a"), List.of("b", "c", "d"));
    assertThat(first).isCompletedWithValue("re a");
    assertThat(second).isCompletedWithValue("re d");
  }

  @Test
  void oneSubjectIsNeverAskedAboutTwiceAtOnce() {
    CompletableFuture<String> one = batcher.ask("a");
    CompletableFuture<String> other = batcher.ask("a");
    askMore("b");
    runAll();
    assertThat(asked).containsExactly(List.of("a", "b"), List.of("a"));
    assertThat(one).isCompletedWithValue("re a");
    assertThat(other).isCompletedWithValue("re a");
  }

  @Test
  void oneThatFailsDoesNotTakeTheOthersWithIt() {
    CompletableFuture<String> good = batcher.ask("a");
    CompletableFuture<String> bad = batcher.ask("poison");
    CompletableFuture<String> late = batcher.ask("b");
    runAll();
    assertThat(asked)
        .containsExactly(
            List.of("a", "poison", "b"), List.of("a"), List.of("poison"), List.of("b"));
    assertThat(good).isCompletedWithValue("re a");
    assertThat(bad).isCompletedExceptionally();
    assertThat(late).isCompletedWithValue("re b");
    askMore("c");
    assertThat(thread).as("and it goes on").hasSize(1);
  }

  @Test
  void whileNobodyListensNoneIsAskedAgainAlone() {
    CompletableFuture<String> one = batcher.ask("a");
    CompletableFuture<String> other = batcher.ask("outage");
    runAll();
    assertThat(asked).containsExactly(List.of("a", "outage"));
    assertThat(one).isCompletedExceptionally();
    assertThat(other).isCompletedExceptionally();
  }

  @Test
  void aHundredAtATimeAtMost() {
    for (int i = 0; i < 250; i++) {
      askMore("q" + i);
    }
    runAll();
    assertThat(asked).extracting(List::size).containsExactly(100, 100, 50);
  }

  @Test
  void whoAsksAClosedDeskIsTold() {
    boolean[] closed = {true};
    Batcher<String, String> refused =
        new Batcher<>(
            work -> {
              if (closed[0]) {
                throw new RejectedExecutionException("closed");
              }
              work.run();
            },
            Function.identity(),
            this::answer);
    assertThat(refused.ask("a"))
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(LedgerException.class);
    closed[0] = false;
    assertThat(refused.ask("b")).isCompletedWithValue("re b");
  }
}
