package io.macpool.guest.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {

  private final ConcurrencyLimit turns = new ConcurrencyLimit(2, Runnable::run);
  private final List<CompletableFuture<String>> begun = new ArrayList<>();

  @Test
  void beginsSoManyAtOnceAndTheOthersInOrderAsThoseEnd() {
    List<CompletableFuture<String>> results = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      results.add(turns.inTurn(this::begin));
    }
    assertThat(begun).hasSize(2);
    begun.get(1).complete("second");
    assertThat(results.get(1)).isCompletedWithValue("second");
    assertThat(begun).hasSize(3);
    begun.get(2).complete("third");
    assertThat(results.get(2)).isCompletedWithValue("third");
    assertThat(results.get(0)).isNotDone();
  }

  @Test
  void aFailureEndsATurnToo() {
    for (int i = 0; i < 2; i++) {
      assertThat(
              turns.inTurn(
                  () -> {
                    throw new IllegalStateException("closed");
                  }))
          .isCompletedExceptionally();
      assertThat(turns.inTurn(() -> CompletableFuture.failedFuture(new IllegalStateException())))
          .isCompletedExceptionally();
    }
    assertThat(turns.inTurn(this::begin)).isNotDone();
    assertThat(turns.inTurn(this::begin)).isNotDone();
    assertThat(begun).hasSize(2);
  }

  private CompletableFuture<String> begin() {
    CompletableFuture<String> work = new CompletableFuture<>();
    begun.add(work);
    return work;
  }
}
