package io.macpool.scaleset;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.guest.ssh.GuestCommand;
import io.macpool.guest.ssh.GuestSession;
import io.macpool.guest.ssh.OutputTaker;
import io.macpool.service.setting.Secret;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The runner's program in a guest. It is started detached from the session, so that one that is
 * lost can be followed by another, and only once, whoever asks how often. What it needs to know
 * goes to it by its environment and on the way there by standard input: no command line shows it.
 */
final class GuestRunner {

  /** What came of a look at it. */
  enum Ended {
    /** By itself; the status tells more. */
    EXITED,
    /** Nobody ever started it there. */
    NEVER_STARTED,
    /** The connection ended before: it may run on. */
    DISCONNECTED
  }

  /**
   * How it ended.
   *
   * @param status its exit status; empty if it did not leave one
   * @param output the end of what it printed
   */
  record End(Ended how, OptionalInt status, String output) {}

  private static final int STARTED_BEFORE = 66;
  private static final int NOT_THERE = 67;
  private static final int MOST_OUTPUT = 4096;
  private static final Duration OPENS = Duration.ofSeconds(30);

  /**
   * One line of words that each login shell hands on as they are. An input that did not arrive
   * whole starts nothing.
   */
  private static final String START =
      "exec /bin/sh -c '"
          + "read -r ACTIONS_RUNNER_INPUT_JITCONFIG && read -r command && read -r last"
          + " && [ \"$last\" = whole ] || exit 65; "
          + "m=$(umask); umask 077; d=$HOME/.macpool-runner; mkdir \"$d\" 2>/dev/null || exit 66; "
          + "umask \"$m\"; export ACTIONS_RUNNER_INPUT_JITCONFIG; trap \"\" HUP; "
          + "( \"${SHELL:-/bin/sh}\" -l -c \"$command\" </dev/null >\"$d/output\" 2>&1; "
          + "echo $? >\"$d/draft\"; mv \"$d/draft\" \"$d/status\" ) </dev/null >/dev/null 2>&1 & "
          + "echo $! >\"$d/pid\"; wait; cat \"$d/status\"; tail -c 400 \"$d/output\"'";

  private static final String FOLLOW =
      "exec /bin/sh -c 'd=$HOME/.macpool-runner; [ -d \"$d\" ] || exit 67; "
          + "while [ ! -f \"$d/status\" ] && kill -0 \"$(cat \"$d/pid\")\" 2>/dev/null;"
          + " do sleep 2; done; "
          + "cat \"$d/status\" 2>/dev/null || echo none; tail -c 400 \"$d/output\"'";

  private final GuestSession session;

  GuestRunner(GuestSession session) {
    this.session = session;
  }

  /**
   * Starts it, unless it was before, and follows it.
   *
   * @param started told when the guest has all it needs
   */
  CompletableFuture<End> start(Secret config, String command, Runnable started) {
    byte[] input = (config.reveal() + "\n" + command + "\nwhole\n").getBytes(UTF_8);
    Said said = new Said();
    return opened(START, said)
        .thenCompose(
            running ->
                running
                    .send(input)
                    .thenCompose(
                        sent -> {
                          started.run();
                          return running.end();
                        }))
        .thenCompose(
            end ->
                end.status().orElse(0) == STARTED_BEFORE
                    ? follow()
                    : CompletableFuture.completedFuture(end(end.status(), said)));
  }

  /** Follows what was started by another session. */
  CompletableFuture<End> follow() {
    Said said = new Said();
    return opened(FOLLOW, said)
        .thenCompose(GuestCommand::end)
        .thenApply(end -> end(end.status(), said));
  }

  private CompletableFuture<GuestCommand> opened(String line, Said said) {
    return session.open(line, said, said).orTimeout(OPENS.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static End end(OptionalInt status, Said said) {
    if (status.isEmpty()) {
      return new End(Ended.DISCONNECTED, OptionalInt.empty(), "");
    }
    String text = said.text();
    if (status.getAsInt() == NOT_THERE) {
      return new End(Ended.NEVER_STARTED, OptionalInt.empty(), text);
    }
    int line = text.indexOf('\n');
    String first = line < 0 ? text.strip() : text.substring(0, line).strip();
    if (status.getAsInt() != 0 || !first.matches("[0-9]{1,3}|none")) {
      return new End(Ended.EXITED, status, text.strip());
    }
    return new End(
        Ended.EXITED,
        first.equals("none") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(first)),
        text.substring(line + 1).strip());
  }

  /** The beginning of what a command prints; the rest is let go. */
  private static final class Said implements OutputTaker {

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    @Override
    public synchronized CompletableFuture<Void> take(byte[] bytes, int offset, int length) {
      kept.write(bytes, offset, Math.min(length, MOST_OUTPUT - kept.size()));
      return CompletableFuture.completedFuture(null);
    }

    synchronized String text() {
      return kept.toString(UTF_8);
    }
  }
}
