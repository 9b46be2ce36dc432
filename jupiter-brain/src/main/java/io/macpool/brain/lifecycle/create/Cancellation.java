package io.macpool.brain.lifecycle.create;

import io.macpool.brain.lifecycle.execution.Background;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Word from whoever asked for something that it is wanted no more. Only the first word counts. */
public final class Cancellation {

  private final CompletableFuture<CreateFailure> word = new CompletableFuture<>();

  public void cancel(CreateFailure why) {
    word.complete(why);
  }

  /** Why it is wanted no more; empty while it is. */
  Optional<CreateFailure> reason() {
    return Optional.ofNullable(word.getNow(null));
  }

  /** Calls the listener when, and if, it is wanted no more; at once if that is so already. */
  void onHeard(Consumer<CreateFailure> listener) {
    Background.whenEnded(word, (why, failure) -> listener.accept(why));
  }
}
