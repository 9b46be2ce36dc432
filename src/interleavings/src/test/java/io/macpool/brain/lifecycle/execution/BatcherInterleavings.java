package io.macpool.brain.lifecycle.execution;

import static io.macpool.interleavings.Threads.check;
import static io.macpool.interleavings.Threads.together;

import io.macpool.interleavings.Fault;
import io.macpool.interleavings.Harness;
import io.macpool.interleavings.Spawner;
import io.macpool.interleavings.Subject;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The group commit: each question has its own answer, once; two about one subject are never in one
 * batch; there is one batch at a time; a question that fails takes no other with it.
 */
@Subject(value = Batcher.class, planted = Fault.NO_MONITOR)
final class BatcherInterleavings implements Harness {

  private static final String BAD = "bad";

  private final Spawner threads = new Spawner();
  private final AtomicInteger batches = new AtomicInteger();
  private final Batcher<String, String> batcher =
      new Batcher<>(threads, question -> question.charAt(0), this::answer);

  @Override
  public void run() throws Exception {
    together(() -> ask("a1"), () -> ask("a2"), () -> ask("c"), this::askBad);
    threads.awaitAll();
  }

  private List<String> answer(List<String> questions) {
    check(batches.incrementAndGet() == 1, "two batches at once");
    try {
      check(
          new HashSet<>(questions.stream().map(q -> q.charAt(0)).toList()).size()
              == questions.size(),
          "two of one subject at once");
      if (questions.contains(BAD)) {
        throw new IllegalArgumentException(BAD);
      }
      return questions.stream().map(question -> question + "!").toList();
    } finally {
      batches.decrementAndGet();
    }
  }

  private void ask(String question) {
    check(batcher.ask(question).join().equals(question + "!"), "another's answer");
  }

  private void askBad() {
    try {
      check(batcher.ask(BAD).join().isEmpty(), "an answer to what has none");
    } catch (CompletionException e) {
      check(BAD.equals(e.getCause().getMessage()), "another's failure: " + e.getCause());
    }
  }
}
