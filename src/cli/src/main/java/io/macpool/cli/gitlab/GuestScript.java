package io.macpool.cli.gitlab;

import io.macpool.cli.guest.CommandEnd;
import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.guest.CommandRecord;
import io.macpool.cli.guest.GuestShell;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private static final String TEN_SECONDS = "50";

  private final GuestShell shell;
  private final CommandRecord record;
  private final AtomicReference<String> running = new AtomicReference<>();

  GuestScript(GuestShell shell) {
    this.shell = shell;
    this.record = new CommandRecord(shell);
  }

  /**
   * Runs the script with our own output. One that never began is begun again.
   *
   * @throws PoolException if the guest could not run it
   */
  CommandEnd run(Path script) throws IOException, InterruptedException {
    CommandEnd end =
        record.run(
            directory -> {
              running.set(directory);
              return begin(script, directory);
            },
            status -> status != 0, // a shell that can't be started has one of its own
            false);
    if (end.how() == How.ENDED) {
      running.set(null);
    }
    return end;
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

  /**
   * Ends the script if it runs. Whoever comes second, at a signal, waits for the first: the
   * connection that is closed next is needed for it.
   */
  @Override
  public synchronized void close() throws IOException {
    String directory = running.getAndSet(null);
    if (directory == null) {
      return;
    }
    try {
      CommandRecord.Answer unused = record.ask(END, TEN_SECONDS, directory);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
