package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.screen.PoolException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * What a guest knows of a command: each leaves in a directory of its own whether it began and how
 * it ended. A status of OpenSSH's client alone does not tell that: a channel that was refused on a
 * living connection looks like a command that ended with 255, and now and then so does one that
 * ended with another status, which was lost on its way.
 */
public final class CommandRecord implements Signalled {

  /**
   * Runs the words after it: nothing of it is seen in their streams, in the guest's directory or in
   * their status; who is ended by a signal has 128 more than its number. Traps, other than ignored
   * signals, are not inherited.
   */
  static final String RUN =
      """
      mkdir "$0" && echo $$ >"$0/pid" || exit 255
      trap : INT QUIT TERM HUP
      exec 3>&2 2>/dev/null
      ("$@" 2>&3 3>&-)
      status=$?
      echo "$status" >"$0/status"
      exit "$status"
      """;

  /** Its exit status if it has ended, else nothing; 3 if it never began. */
  private static final String STATUS =
      """
      cat "$1/status" 2>/dev/null || test -e "$1/pid" || exit 3
      """;

  /** Sends the signal $1 to all that the command has started, as a terminal would. */
  private static final String SIGNAL =
      """
      pid=$(cat "$2/pid" 2>/dev/null) || exit 0
      ps -A -o pid= -o ppid= | awk -v top="$pid" '
        { parent[$1] = $2 }
        END {
          for (each in parent) {
            for (up = parent[each]; up > 1; up = parent[up]) {
              if (up == top) { print each; break }
            }
          }
        }' | while read -r each; do kill -s "$1" "$each" 2>/dev/null; done
      """;

  private static final long PAUSE_MILLIS = 200;
  private static final long ASK_SECONDS = 15;
  private static final int NOT_BEGUN = 3;
  private static final int NO_ANSWER = 255;
  private static final int TRIES = 3;

  private final GuestShell shell;
  private final CountDownLatch never = new CountDownLatch(1);
  private volatile String running = "";

  /** When a command that was told to end has no more time, by {@link System#nanoTime}. */
  private volatile Optional<Long> ending = Optional.empty();

  public CommandRecord(GuestShell shell) {
    this.shell = shell;
  }

  /** What the guest answered. */
  public record Answer(int status, String text) {}

  /** Begins a command whose record is to be in that directory; waits for its end. */
  @FunctionalInterface
  public interface Beginning {
    CommandEnd begin(String directory) throws IOException, InterruptedException;
  }

  /**
   * Runs a command; one that never began, for its channel was refused, is begun again.
   *
   * @param doubtful which exit statuses may be another's
   * @param lasting whether the guest lives on, so that nothing is to stay there
   * @throws PoolException if the guest could not run it
   */
  public CommandEnd run(Beginning command, IntPredicate doubtful, boolean lasting)
      throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      String directory = ".macpool-" + UUID.randomUUID();
      running = directory;
      Optional<CommandEnd> end = tried(command, doubtful, directory);
      if (lasting) {
        Answer unused = ask("rm -rf \"$1\"", directory);
      }
      if (end.isPresent()) {
        return end.get();
      }
    }
    throw new PoolException("the guest could not run the command");
  }

  /** Empty: it never began. */
  private Optional<CommandEnd> tried(Beginning command, IntPredicate doubtful, String directory)
      throws IOException, InterruptedException {
    CommandEnd end = command.begin(directory);
    if (end.how() != How.ENDED || !doubtful.test(end.status())) {
      return Optional.of(end);
    }
    Answer own = ask(STATUS, directory);
    // A Ctrl-C ends OpenSSH's client, too: the command may be about to end.
    while (own.status() == 0 && own.text().isEmpty() && isEnding()) {
      boolean unused = never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      own = ask(STATUS, directory);
    }
    if (own.status() == 0 && !own.text().isEmpty()) {
      return Optional.of(new CommandEnd(How.ENDED, Integer.parseInt(own.text())));
    }
    return own.status() == NOT_BEGUN ? Optional.empty() : Optional.of(new CommandEnd(How.LOST, 0));
  }

  private boolean isEnding() {
    return ending.map(deadline -> System.nanoTime() - deadline < 0).orElse(false);
  }

  /** Its end is waited for that long also without a connection of its own. */
  @Override
  public void signal(String name, Duration grace) throws IOException, InterruptedException {
    ending = Optional.of(System.nanoTime() + grace.toNanos());
    Answer unused = ask(SIGNAL, name, running);
  }

  /** Asks the guest; again while there is no answer, a few times. */
  public Answer ask(String script, String... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("bash", "-c", script, "macpool"));
    line.addAll(List.of(words));
    Answer answer = new Answer(NO_ANSWER, "");
    for (int i = 0; i < TRIES && answer.status() == NO_ANSWER; i++) {
      Process process =
          shell.command(line, List.of("-n", "-T")).redirectError(Redirect.DISCARD).start();
      if (!process.waitFor(ASK_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return answer;
      }
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      answer = new Answer(process.exitValue(), text.strip());
    }
    return answer;
  }
}
