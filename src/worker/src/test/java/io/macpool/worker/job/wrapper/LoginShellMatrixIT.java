package io.macpool.worker.job.wrapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.job.JobEvent;
import io.macpool.worker.job.wrapper.WrapperDialogue.Shortage;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Login shell × its start file × what the job does × what it did to its disk before, on a real
 * OpenSSH: a job that ran ends as it ended, with its whole log and nothing else in it; one that did
 * not run has no verdict. All cells of a shell and a start file are one user's, one after the
 * other; the users go side by side.
 */
class LoginShellMatrixIT {

  private static final int SIDE_BY_SIDE = 8;

  /** How long a login shell that hangs is waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Login shells; the start file is read when SSH runs a command. */
  enum Shell {
    SH("/bin/sh", ".profile"),
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
    SLOW("sleep 0.7");

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
    PASSES("", 0),
    FAILS("exit 1", 1),
    KILLED("kill -9 $$", 137),
    LOSES_SESSION("exit 1", 1);

    private final String end;
    private final int status;

    Deed(String end, int status) {
      this.end = end;
      this.status = status;
    }
  }

  /** What became of the disk with the job's home before. */
  enum Disk {
    FINE(""),
    FULL("cat /dev/zero > ~/big 2>/dev/null; "),
    HOME_REMOVED("cd /; rm -rf ~; [ ! -e ~ ] || exit 9; ");

    private final String script;

    Disk(String script) {
      this.script = script;
    }
  }

  /** One of the matrix. */
  record Cell(Shell shell, StartFile startFile, Disk disk, Deed deed) {

    /** Short, for a user's name may have 32 letters. */
    String user() {
      return "u%d%d"
          .formatted(
              List.of(Shell.values()).indexOf(shell),
              List.of(StartFile.values()).indexOf(startFile));
    }

    String goFile() {
      return "/var/tmp/go-%s-%s-%s".formatted(user(), disk, deed);
    }

    String script() {
      String wait = "until [ -e " + goFile() + " ]; do sleep 0.1; done; ";
      return "%secho begin; %secho end; %s"
          .formatted(disk.script, deed == Deed.LOSES_SESSION ? wait : "", deed.end);
    }

    Shortage shortage() {
      return disk == Disk.FULL && deed.status != 0 ? Shortage.HOME : Shortage.NOTHING;
    }
  }

  private static final Map<Cell, CompletableFuture<Void>> played = new LinkedHashMap<>();
  private static ExecutorService players;
  private static ScheduledExecutorService timer;
  private static OpenSshGuests guests;

  static Stream<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (Shell shell : Shell.values()) {
      for (StartFile startFile : StartFile.values()) {
        if (shell == Shell.FISH && startFile == StartFile.EXECS_FISH) {
          continue; // it would never end
        }
        for (Disk disk : Disk.values()) {
          for (Deed deed : Deed.values()) {
            cells.add(new Cell(shell, startFile, disk, deed));
          }
        }
      }
    }
    return cells.stream();
  }

  @BeforeAll
  static void play() {
    players = Executors.newFixedThreadPool(SIDE_BY_SIDE);
    timer = Executors.newSingleThreadScheduledExecutor();
    Map<String, String> users = new LinkedHashMap<>();
    cells().forEach(cell -> users.put(cell.user(), cell.shell().path));
    guests = OpenSshGuests.start(users, "");
    Map<String, CompletableFuture<Void>> last = new LinkedHashMap<>();
    cells()
        .forEach(
            cell -> {
              CompletableFuture<Void> before =
                  last.getOrDefault(cell.user(), CompletableFuture.completedFuture(null));
              CompletableFuture<Void> playing =
                  before.handle((nothing, failed) -> null).thenRunAsync(() -> play(cell), players);
              last.put(cell.user(), playing);
              played.put(cell, playing);
            });
  }

  @AfterAll
  static void stop() {
    players.shutdownNow();
    timer.shutdownNow();
    if (guests != null) {
      guests.close();
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void tellsHowTheJobEndedOrThatItNeverBegan(Cell cell) throws Throwable {
    try {
      played.get(cell).join();
    } catch (CompletionException e) {
      throw e.getCause();
    }
  }

  private static void play(Cell cell) {
    guests.renewHome(cell.user(), cell.shell().startFile, cell.startFile().in(cell.shell()) + "\n");
    WrappedScript script = new WrappedScript(() -> guests.connect(cell.user()));
    if (cell.startFile().isFatalFor(cell.shell())) {
      neverBegins(script, cell);
    } else {
      try {
        runs(script, cell);
      } catch (AssertionError e) {
        throw new AssertionError(
            "%s: %s%n%s".formatted(cell, e.getMessage(), guests.processes(cell.user())), e);
      }
      guests.remove("/dev/shm/.macpool-" + script.place()); // RAM is not for five hundred of them
    }
  }

  private static void runs(WrappedScript script, Cell cell) {
    script.start(cell.script());
    if (cell.deed() == Deed.LOSES_SESSION) {
      script.awaitText("begin\r\n");
      script.reattach();
      script.await(JobEvent.SessionRegained.class::isInstance);
      guests.write(cell.goFile(), "");
    }
    assertThat(script.status()).isEqualTo(cell.deed().status);
    assertThat(script.text()).isEqualTo("begin\r\nend\r\n");
    assertThat(script.shortage()).isEqualTo(cell.shortage());
  }

  /** What hangs is ended by the worker's patience; what ends says nothing of the script. */
  private static void neverBegins(WrappedScript script, Cell cell) {
    script.offer(cell.script(), Optional.empty());
    script.giveUpAfter(PATIENCE, timer);
    JobEvent event = script.uploaded();
    assertThat(event)
        .isInstanceOfSatisfying(
            JobEvent.UploadFailed.class,
            failed -> assertThat(failed.reason()).contains("login shell did not begin"));
    assertThat(script.text()).isEmpty();
    assertThat(Files.exists(guests.at(OpenSshGuests.home(cell.user()) + "/build.sh"))).isFalse();
    script.close();
  }
}
