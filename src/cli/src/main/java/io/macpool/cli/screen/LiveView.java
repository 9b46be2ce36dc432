package io.macpool.cli.screen;

import io.macpool.broker.BrokerException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows a text again and again: on a terminal in its place, elsewhere anew whenever it has changed.
 * What fails is told once, and looked at again.
 */
public final class LiveView {

  private static final String CLEAR = "\u001b[H\u001b[2J";

  private final PrintWriter out;
  private final PrintWriter err;
  private final Supplier<Screen> screen;
  private final Duration pause;
  private final CountDownLatch never = new CountDownLatch(1);

  /**
   * A view.
   *
   * @param pause between two looks
   */
  public LiveView(PrintWriter out, PrintWriter err, Supplier<Screen> screen, Duration pause) {
    this.out = out;
    this.err = err;
    this.screen = screen;
    this.pause = pause;
  }

  /**
   * Goes on until it is interrupted, or nobody reads any more.
   *
   * @param look the text as it is now
   * @throws IllegalArgumentException if {@code look} does: nothing would change that
   */
  public void run(Supplier<String> look) throws InterruptedException {
    String shown = "";
    String failed = "";
    while (!out.checkError()) {
      try {
        String text = look.get();
        Screen now = screen.get();
        // A window may have another size by now.
        if (now.terminal()) {
          out.print(CLEAR + now.page(text));
        } else if (!text.equals(shown)) {
          out.print(text);
        }
        shown = text;
        failed = "";
      } catch (CompletionException e) {
        if (!(Failures.cause(e) instanceof BrokerException refused)) {
          throw e;
        }
        if (!failed.equals(refused.getMessage())) {
          failed = String.valueOf(refused.getMessage());
          Failures.say(err, refused);
          err.flush();
        }
      }
      never.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
