package io.macpool.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.job.JobEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Login shell × its start file × what the job does, on a real OpenSSH: a job that ran ends as it
 * ended, with its whole log and nothing else in it; one that did not run has no verdict.
 */
@Execution(ExecutionMode.CONCURRENT)
class LoginShellMatrixIT {

  /** Login shells; the start file is read when SSH runs a command. */
  enum Shell {
    SH("/bin/sh", ""),
    BASH("/bin/bash", ".bashrc"),
    ZSH("/usr/bin/zsh", ".zshenv"),
    FISH("/usr/bin/fish", ".config/fish/config.fish"),
    TCSH("/usr/bin/tcsh", ".cshrc");

    private final String path;
    private final String startFile;

    Shell(String path, String startFile) {
      this.path = path;
      this.startFile = startFile;
    }
  }

  /** What a start file does. */
  enum StartFile {
    NONE(""),
    PRINTS("printf 'out 63 bytes of greeting'; sh -c 'echo warning: no locale >&2'; echo"),
    EXITS_0("exit 0"),
    EXITS_1("exit 1"),
    EXECS_CAT("exec cat"),
    EXECS_FISH("exec fish"),
    EXECS_NOTHING("exec false"),
    TRAPS("trap 'echo trapped' EXIT; trap '' USR1"),
    SLOW("sleep 2");

    private final String text;

    StartFile(String text) {
      this.text = text;
    }

    String in(Shell shell) {
      if (this != TRAPS) {
        return text;
      }
      return switch (shell) {
        case FISH -> "trap 'echo trapped' EXIT";
        case TCSH -> "onintr -";
        default -> text;
      };
    }

    /** Whether this shell runs no command then; fish and tcsh only end the file at an exit. */
    boolean isFatalFor(Shell shell) {
      return switch (this) {
        case NONE, PRINTS, TRAPS, SLOW -> false;
        case EXITS_0, EXITS_1 -> shell == Shell.BASH || shell == Shell.ZSH;
        case EXECS_CAT, EXECS_FISH, EXECS_NOTHING -> shell != Shell.SH;
      };
    }
  }

  /** What a job does. */
  enum Deed {
    PASSES("echo begin; echo end", 0),
    FAILS("echo begin; echo end; exit 1", 1),
    KILLED("echo begin; echo end; kill -9 $$", 137),
    LOSES_SESSION("echo begin; until [ -e ~/go ]; do sleep 0.05; done; echo end; exit 1", 1);

    private final String script;
    private final int status;

    Deed(String script, int status) {
      this.script = script;
      this.status = status;
    }
  }

  /** One of the matrix. */
  record Cell(Shell shell, StartFile startFile, Deed deed) {

    String user() {
      return "u%d%d%d"
          .formatted(
              place(Shell.values(), shell),
              place(StartFile.values(), startFile),
              place(Deed.values(), deed));
    }

    /** Short, for a user's name may have 32 letters. */
    private static <T> int place(T[] all, T one) {
      return List.of(all).indexOf(one);
    }
  }

  private static OpenSshGuests guests;

  static Stream<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (Shell shell : Shell.values()) {
      for (StartFile startFile : StartFile.values()) {
        for (Deed deed : Deed.values()) {
          if (shell != Shell.FISH || startFile != StartFile.EXECS_FISH) { // it would never end
            cells.add(new Cell(shell, startFile, deed));
          }
        }
      }
    }
    return cells.stream();
  }

  @BeforeAll
  static void start() {
    Map<String, String> users = new LinkedHashMap<>();
    cells().forEach(cell -> users.put(cell.user(), cell.shell().path));
    guests = OpenSshGuests.start(users, "");
    cells()
        .filter(cell -> !cell.shell().startFile.isEmpty())
        .forEach(
            cell ->
                guests.write(
                    "/home/" + cell.user() + "/" + cell.shell().startFile,
                    cell.startFile().in(cell.shell()) + "\n"));
  }

  @AfterAll
  static void stop() {
    if (guests != null) {
      guests.close();
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void tellsHowTheJobEndedOrThatItNeverBegan(Cell cell) {
    WrappedScript script = new WrappedScript(() -> guests.connect(cell.user()));
    if (cell.startFile().isFatalFor(cell.shell())) {
      neverBegins(script, cell);
      return;
    }
    script.start(cell.deed().script);
    if (cell.deed() == Deed.LOSES_SESSION) {
      script.awaitText("begin\r\n");
      script.reattach();
      script.await(JobEvent.SessionRegained.class::isInstance);
      guests.write("/home/" + cell.user() + "/go", "");
    }
    assertThat(script.status()).isEqualTo(cell.deed().status);
    assertThat(script.text()).isEqualTo("begin\r\nend\r\n");
  }

  /** What hangs is ended by the worker's patience; what ends says nothing of the script. */
  private static void neverBegins(WrappedScript script, Cell cell) {
    Thread patience =
        new Thread(
            () -> {
              try {
                Thread.sleep(Duration.ofSeconds(2).toMillis());
                script.giveUp(Duration.ofSeconds(2));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    JobEvent event;
    try {
      patience.start();
      event = script.upload(cell.deed().script, Optional.empty());
    } finally {
      patience.interrupt();
    }
    assertThat(event)
        .isInstanceOfSatisfying(
            JobEvent.UploadFailed.class,
            failed -> assertThat(failed.reason()).contains("login shell did not begin"));
    assertThat(script.text()).isEmpty();
    script.close();
  }
}
