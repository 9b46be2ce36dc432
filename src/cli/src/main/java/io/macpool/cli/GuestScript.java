package io.macpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.cli.CommandEnd.How;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A script that a guest runs: from a file of its own, for what it starts must not read the rest of
 * it as input; with both of its streams as one, so that their order stays; in a process group of
 * its own, which is ended when we are told to end.
 */
final class GuestScript implements AutoCloseable {

  /**
   * Takes the script from its input, $1 bytes of it: half a script, after a lost connection, must
   * not run. Then runs $2 by the user's login shell, whose profile knows where tools are. All that
   * is known of it lies in $3, which is of this script alone.
   */
  static final String RECEIVE =
      """
      (umask 077; mkdir "$3" && cat >"$3/script") || exit 255
      if [ "$(wc -c <"$3/script")" -ne "$1" ]; then
        echo 'macpool: the script did not arrive whole' >&2
        exit 255
      fi
      printf '%s' "$2" >"$3/run"
      MACPOOL_RUN=$PWD/$3
      export MACPOOL_RUN
      exec "${SHELL:-/bin/sh}" -l -c 'exec bash "$MACPOOL_RUN/run"'
      """;

  /**
   * Its output goes through a reader of ours: what the script leaves running may hold it open, and
   * would keep the connection from its end. Two seconds are for what is still under way.
   */
  static final String RUN =
      """
      here=$MACPOOL_RUN
      unset MACPOOL_RUN
      mkfifo "$here/output" || exit 255
      cat "$here/output" &
      reader=$!
      set -m
      bash "$here/script" </dev/null >"$here/output" 2>&1 &
      script=$!
      set +m
      echo "$script" >"$here/pid"
      exec 2>/dev/null
      wait "$script"
      status=$?
      rm -f "$here/pid"
      echo "$status" >"$here/status"
      (sleep 2; kill "$reader") >/dev/null 2>&1 &
      wait "$reader"
      kill $!
      exit "$status"
      """;

  /** Politely, and $1 fifths of a second later by force. */
  static final String END =
      """
      script=$(cat "$2/pid" 2>/dev/null) || exit 0
      kill -TERM -- "-$script" || exit 0
      tries=0
      while kill -0 -- "-$script" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt "$1" ]; then kill -KILL -- "-$script"; break; fi
        sleep 0.2
      done
      """;

  /** Its exit status if it has ended, else nothing; 3 if it never began. */
  private static final String STATUS =
      """
      cat "$2/status" 2>/dev/null || test -e "$2/pid" || exit 3
      """;

  private static final String TEN_SECONDS = "50";
  private static final long ASK_SECONDS = 15;
  private static final int NOT_BEGUN = 3;
  private static final int NO_ANSWER = 255;
  private static final int TRIES = 3;

  private final GuestShell shell;
  private final AtomicReference<String> running = new AtomicReference<>();

  GuestScript(GuestShell shell) {
    this.shell = shell;
  }

  /** What the guest answered. */
  private record Answer(int status, String text) {}

  /**
   * Runs the script with our own output. One that never began, for its channel was refused, is
   * begun again.
   *
   * @throws PoolException if the guest could not run it
   */
  CommandEnd run(Path script) throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      String directory = ".macpool-" + UUID.randomUUID();
      running.set(directory);
      CommandEnd end = begin(script, directory);
      if (end.how() != How.ENDED || end.status() == 0) {
        running.compareAndSet(directory, end.how() == How.ENDED ? null : directory);
        return end;
      }
      Answer own = ask(STATUS, "0", directory);
      if (own.status() == 0 && !own.text().isEmpty()) {
        running.set(null);
        return new CommandEnd(How.ENDED, Integer.parseInt(own.text()));
      }
      if (own.status() != NOT_BEGUN) {
        return new CommandEnd(How.LOST, 0);
      }
    }
    throw new PoolException("the guest could not run the script");
  }

  private CommandEnd begin(Path script, String directory) throws IOException, InterruptedException {
    String size = Long.toString(Files.size(script));
    Process process =
        shell
            .command(List.of("bash", "-c", RECEIVE, "macpool", size, RUN, directory), List.of("-T"))
            .redirectInput(script.toFile())
            .redirectOutput(Redirect.INHERIT)
            .redirectError(Redirect.INHERIT)
            .start();
    return shell.end(process.waitFor());
  }

  /** Asks again while there is no answer, a few times. */
  private Answer ask(String command, String... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("bash", "-c", command, "macpool"));
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

  /** Ends the script if it runs. */
  @Override
  public void close() throws IOException {
    String directory = running.getAndSet(null);
    if (directory == null) {
      return;
    }
    try {
      Answer unused = ask(END, TEN_SECONDS, directory);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
