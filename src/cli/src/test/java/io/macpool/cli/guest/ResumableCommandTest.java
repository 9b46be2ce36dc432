package io.macpool.cli.guest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.screen.PoolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest that is a folder: its shell and perl are this machine's, its connections are pipes. */
class ResumableCommandTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int MEBIBYTE = 1 << 20;

  @TempDir private Path home;
  private final Deque<Integer> cuts = new ArrayDeque<>();
  private final Deque<List<String>> instead = new ArrayDeque<>();
  private final StringWriter told = new StringWriter();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private volatile BreakableProcess connection;
  private volatile boolean there = true;
  private int connections;

  @BeforeEach
  void needPerl() {
    boolean perl =
        List.of(System.getenv("PATH").split(":", -1)).stream()
            .anyMatch(path -> Files.isExecutable(Path.of(path, "perl")));
    assumeTrue(perl, "there is no perl here: macpool run over broken connections is not tested");
  }

  private ResumableCommand command(InputStream in, OutputStream to) {
    return new ResumableCommand(
        new ResumableCommand.Guest(
            this::connect,
            () -> "Connection reset",
            PoolException::new,
            () -> there,
            PATIENCE,
            new PrintWriter(told)),
        new ResumableCommand.Streams(in, to, err));
  }

  private Process connect(List<String> words) {
    try {
      connections++;
      List<String> line = instead.isEmpty() ? words : instead.remove();
      Process process =
          new ProcessBuilder(line).directory(home.toFile()).redirectError(Redirect.DISCARD).start();
      int bytes = cuts.isEmpty() ? Integer.MAX_VALUE : cuts.remove();
      connection = new BreakableProcess(process, bytes);
      return connection;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private CommandEnd run(String script) throws Exception {
    return run(new ByteArrayInputStream(new byte[0]), script);
  }

  private CommandEnd run(InputStream in, String script) throws Exception {
    return command(in, out).run(List.of("sh", "-c", script)).orElseThrow();
  }

  private CompletableFuture<CommandEnd> begin(ResumableCommand command, String script) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return command.run(List.of("sh", "-c", script)).orElseThrow();
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private byte[] random(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Files.write(home.resolve(name), bytes);
    return bytes;
  }

  private void await(String file) {
    Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(home.resolve(file)));
  }

  /** In the greeting, in a frame's head, in output, between frames, again and again. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 40, 47, 48, 53, 60, 1000, 65_600, 300_000, 2_000_000})
  void aConnectionThatBreaksAnywhereLosesAndRepeatsNothing(int bytes) throws Exception {
    byte[] first = random("first", MEBIBYTE + 7);
    byte[] second = random("second", 2 * MEBIBYTE + 13);
    for (int i = 0; i < 4; i++) {
      cuts.add(bytes);
    }
    CommandEnd end = run("cat first & cat second >&2; wait; echo $$ >>pid; exit 42");

    assertThat(end).as(told.toString()).isEqualTo(new CommandEnd(How.ENDED, 42));
    assertThat(out.toByteArray()).isEqualTo(first);
    assertThat(err.toByteArray()).isEqualTo(second);
    assertThat(connections).isGreaterThan(1);
    assertThat(Files.readAllLines(home.resolve("pid"))).hasSize(1);
  }

  @Test
  void aConnectionThatBreaksWhileTheCommandIsSilentIsTakenUpAgain() throws Exception {
    CompletableFuture<CommandEnd> end =
        begin(
            command(InputStream.nullInputStream(), out),
            "echo one; touch ready; until [ -e go ]; do sleep 0.1; done; echo two; exit 3");
    Awaitility.await().atMost(PATIENCE).until(() -> out.toString(UTF_8).equals("one\n"));
    connection.destroy();
    Awaitility.await().atMost(PATIENCE).until(() -> told.toString().contains("connected anew"));
    Files.createFile(home.resolve("go"));

    assertThat(end.get(60, TimeUnit.SECONDS)).isEqualTo(new CommandEnd(How.ENDED, 3));
    assertThat(out.toString(UTF_8)).isEqualTo("one\ntwo\n");
  }

  /** It may end while nobody is connected, and leaves nothing behind when all is told. */
  @Test
  void anEndThatNobodySawIsToldLater() throws Exception {
    CompletableFuture<CommandEnd> end =
        begin(
            command(InputStream.nullInputStream(), out),
            "echo one; touch ready; until [ -e go ]; do sleep 0.1; done; echo two; touch over");
    Awaitility.await().atMost(PATIENCE).until(() -> out.toString(UTF_8).equals("one\n"));
    List<String> away = List.of("sh", "-c", "touch go; until [ -e over ]; do sleep 0.1; done");
    instead.add(away);
    connection.destroy();

    assertThat(end.get(60, TimeUnit.SECONDS)).isEqualTo(new CommandEnd(How.ENDED, 0));
    assertThat(out.toString(UTF_8)).isEqualTo("one\ntwo\n");
    Awaitility.await().atMost(PATIENCE).until(() -> records().isEmpty());
  }

  private List<Path> records() throws IOException {
    try (var files = Files.list(home)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".macpool-")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 60, 70_000, 700_000})
  void inputArrivesOnceToo(int bytes) throws Exception {
    byte[] input = random("input", 3 * MEBIBYTE + 5);
    for (int i = 0; i < 3; i++) {
      cuts.add(bytes);
    }
    CommandEnd end = run(new ByteArrayInputStream(input), "cat; exit 5");

    assertThat(end).as(told.toString()).isEqualTo(new CommandEnd(How.ENDED, 5));
    assertThat(out.toByteArray()).isEqualTo(input);
  }

  @Test
  void aCommandThatReadsNoInputEndsAllTheSame() throws Exception {
    byte[] input = random("input", 3 * MEBIBYTE);

    assertThat(run(new ByteArrayInputStream(input), "exec <&-; echo done"))
        .isEqualTo(new CommandEnd(How.ENDED, 0));
    assertThat(out.toString(UTF_8)).isEqualTo("done\n");
  }

  /** A thread that waits for input in native code holds up the end of a JVM. */
  @Test
  void nobodyWaitsForInputAfterTheEnd() throws Exception {
    Pipe keyboard = Pipe.open();
    run(Channels.newInputStream(keyboard.source()), "exit 0");

    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("input")));
    assertThat(keyboard.source().isOpen()).isFalse();
    keyboard.sink().close();
  }

  /** Whoever reads no more wants no word of it; a full disk is another matter. */
  @ParameterizedTest
  @CsvSource({"Broken pipe, 141, ''", "No space left on device, 126, can't be written: No space"})
  void outputThatCantBeWrittenHereIsTheEnd(String failure, int status, String words)
      throws Exception {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(failure);
          }
        };
    CommandEnd end =
        begin(command(InputStream.nullInputStream(), full), "echo here; exec sleep 60")
            .get(60, TimeUnit.SECONDS);

    assertThat(end).isEqualTo(new CommandEnd(How.ENDED, status));
    assertThat(told.toString()).contains(words);
    assertThat(told.toString().isEmpty()).isEqualTo(words.isEmpty());
  }

  /** What nobody has read is kept by the guest, up to a bound; then the command waits. */
  @Test
  void aCommandThatIsAheadWaits() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void write(byte[] bytes, int from, int size) throws IOException {
            try {
              reading.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            out.write(bytes, from, size);
          }
        };
    CompletableFuture<CommandEnd> end =
        begin(
            command(InputStream.nullInputStream(), slow),
            "i=0; while [ $i -lt 40 ]; do i=$((i + 1)); head -c 1048576 /dev/zero; touch $i; done");
    await("4");
    Awaitility.await()
        .during(Duration.ofSeconds(1))
        .atMost(PATIENCE)
        .until(() -> !Files.exists(home.resolve("8")));
    reading.countDown();

    assertThat(end.get(60, TimeUnit.SECONDS)).isEqualTo(new CommandEnd(How.ENDED, 0));
    assertThat(out.size()).isEqualTo(40 * MEBIBYTE);
  }

  @Test
  void aSignalReachesAllThatTheCommandStartedAndItsOutputGoesOn() throws Exception {
    ResumableCommand command = command(InputStream.nullInputStream(), out);
    CompletableFuture<CommandEnd> end =
        begin(
            command,
            "trap 'echo told; exit 9' INT; echo here; while true; do sleep 0.1 || true; done");
    Awaitility.await().atMost(PATIENCE).until(() -> out.toString(UTF_8).equals("here\n"));
    command.signal("INT", Duration.ZERO);

    assertThat(end.get(60, TimeUnit.SECONDS)).isEqualTo(new CommandEnd(How.ENDED, 9));
    assertThat(out.toString(UTF_8)).isEqualTo("here\ntold\n");
  }

  @Test
  void aCommandThatASignalEndedHasAShellsStatus() throws Exception {
    assertThat(run("kill -KILL $$")).isEqualTo(new CommandEnd(How.ENDED, 137));
    assertThat(command(InputStream.nullInputStream(), out).run(List.of("no-such-command")))
        .contains(new CommandEnd(How.ENDED, 127));
    assertThat(err.toString(UTF_8)).contains("macpool: no-such-command: ");
  }

  @Test
  void theCommandHasItsOwnStreamsAndNoSignalIsIgnored() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "there is no /proc here");
    run("ls /proc/self/fd; grep SigIgn /proc/self/status; test -t 0 || echo no terminal");

    assertThat(out.toString(UTF_8).lines())
        .contains("0", "1", "2")
        .contains(ignored(), "no terminal")
        .hasSize(6); // and the one that ls reads the folder by
  }

  /** What whoever started us ignores, is ignored by all that we start, but for what is set anew. */
  private static String ignored() throws IOException {
    return "SigIgn:\t%016x".formatted(IgnoredSignals.inherited() & ~IgnoredSignals.SET_ANEW);
  }

  /** It holds the command's output open, and would keep its end from us. */
  @Test
  void whatStaysInTheBackgroundDoesNotHoldUpTheEnd() throws Exception {
    assertThat(run("sleep 600 & echo $! >sleeper; echo done"))
        .isEqualTo(new CommandEnd(How.ENDED, 0));
    assertThat(out.toString(UTF_8)).isEqualTo("done\n");
    long pid = Long.parseLong(Files.readString(home.resolve("sleeper")).strip());
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
  }

  @Test
  void aGuestThatIsGoneIsNotSoughtAnyMore() throws Exception {
    CompletableFuture<CommandEnd> end =
        begin(command(InputStream.nullInputStream(), out), "echo one; sleep 600");
    Awaitility.await().atMost(PATIENCE).until(() -> out.toString(UTF_8).equals("one\n"));
    there = false;
    connection.destroy();

    assertThat(end.get(60, TimeUnit.SECONDS).how()).isEqualTo(How.LOST);
    endLeftOvers();
  }

  @Test
  void aCommandThatTakesTooLongIsLeft() throws Exception {
    ResumableCommand command = command(InputStream.nullInputStream(), out);
    CompletableFuture<CommandEnd> end = begin(command, "echo one; sleep 600");
    Awaitility.await().atMost(PATIENCE).until(() -> out.toString(UTF_8).equals("one\n"));
    command.timeOut();

    assertThat(end.get(60, TimeUnit.SECONDS).how()).isEqualTo(How.TIMED_OUT);
    endLeftOvers();
  }

  /** Whoever comes first decides whether a command begins. */
  @Test
  void whatIsAttachedToBeforeItBeganNeverBegins() throws Exception {
    assertThat(said(Supervisor.attach(".it", 0, 0))).isEqualTo(".it\nN\0\0\0\0");
    assertThat(said(Supervisor.start(".it", List.of("touch", "begun"))))
        .isEqualTo(".it\nN\0\0\0\0");
    assertThat(home.resolve("begun")).doesNotExist();
  }

  private String said(List<String> words) throws Exception {
    Process process = new ProcessBuilder(words).directory(home.toFile()).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void aGuestWithoutPerlBeginsNothing() throws Exception {
    instead.add(List.of("sh", "-c", "echo hello; exit 127"));

    assertThat(command(InputStream.nullInputStream(), out).run(List.of("true"))).isEmpty();
    assertThat(out.size()).isZero();
  }

  @Test
  void aKeyThatDoesNotFitIsNotTriedAgain() {
    instead.add(List.of("sh", "-c", "exit 255"));
    ResumableCommand command =
        new ResumableCommand(
            new ResumableCommand.Guest(
                this::connect,
                () -> "travis@10.0.0.1: Permission denied (publickey).",
                PoolException::new,
                () -> true,
                LONG,
                new PrintWriter(told)),
            new ResumableCommand.Streams(InputStream.nullInputStream(), out, err));

    assertThatThrownBy(() -> command.run(List.of("true")))
        .isInstanceOf(PoolException.class)
        .hasMessageContaining("Permission denied");
    assertThat(connections).isEqualTo(1);
  }

  /** As over plain SSH: start files of a guest's shell may print. */
  @Test
  void whatTheGuestsShellPrintsBeforeIsOutput() throws Exception {
    List<String> start = new ArrayList<>(List.of("sh", "-c", "echo hello; exec \"$@\""));
    start.add("sh");
    ResumableCommand command =
        new ResumableCommand(
            new ResumableCommand.Guest(
                words -> {
                  List<String> line = new ArrayList<>(start);
                  line.addAll(words);
                  return connect(line);
                },
                () -> "",
                PoolException::new,
                () -> true,
                PATIENCE,
                new PrintWriter(told)),
            new ResumableCommand.Streams(InputStream.nullInputStream(), out, err));

    assertThat(command.run(List.of("echo", "there"))).contains(new CommandEnd(How.ENDED, 0));
    assertThat(out.toString(UTF_8)).isEqualTo("hello\nthere\n");
  }

  /** What the tests above leave running ends when its guest does: here by its process group. */
  private void endLeftOvers() {
    Optional<ProcessHandle> sleeper =
        ProcessHandle.allProcesses()
            .filter(each -> each.info().arguments().map(List::of).orElse(List.of()).contains("600"))
            .filter(each -> home.equals(workingDirectory(each)))
            .findFirst();
    sleeper.ifPresent(ProcessHandle::destroyForcibly);
  }

  private static Path workingDirectory(ProcessHandle process) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
    } catch (IOException e) {
      return Path.of("/");
    }
  }
}
