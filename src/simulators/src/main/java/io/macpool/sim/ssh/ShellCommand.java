package io.macpool.sim.ssh;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.channel.ChannelSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command of a guest: a {@code bash} in the guest's home, wired to one SSH channel. */
final class ShellCommand extends StreamCommand {

  private static final Logger log = LoggerFactory.getLogger(ShellCommand.class);

  /** How long output may trail the command's exit when something in the background holds it. */
  private static final Duration TRAILING_OUTPUT = Duration.ofSeconds(2);

  private static final int SIGNALLED = 128;
  private static final boolean SETSID =
      List.of("/usr/bin/setsid", "/bin/setsid").stream().anyMatch(p -> new File(p).canExecute());

  private final Guest guest;
  private final List<String> shell;
  private volatile @Nullable Process process;

  /** A command line for {@code bash -c}, or an interactive login shell if it is empty. */
  ShellCommand(Guest guest, String commandLine) {
    this.guest = guest;
    this.shell = commandLine.isEmpty() ? List.of("bash", "-l") : List.of("bash", "-c", commandLine);
  }

  @Override
  public void start(ChannelSession channel, Environment environment) throws IOException {
    Map<String, String> asked = environment.getEnv();
    boolean terminal = !environment.getPtyModes().isEmpty() || asked.containsKey("COLUMNS");
    List<String> line = new ArrayList<>();
    if (SETSID) {
      // A session of its own tells what it detached (setsid) from what it merely started.
      line.add("setsid");
      if (GuestProcesses.weIgnoreHangUps()) {
        // Started by nohup, say: without this the guest's processes would all look detached.
        line.addAll(List.of("env", "--default-signal=HUP"));
      }
    }
    line.addAll(shell);
    ProcessBuilder builder = new ProcessBuilder(line).directory(guest.home().toFile());
    builder.redirectErrorStream(terminal);
    builder.environment().clear();
    builder.environment().putAll(asked);
    builder.environment().putAll(guest.environment());
    // By this a bash knows that it is to read .bashrc, though nobody types.
    builder.environment().put("SSH_CLIENT", guest.address() + " 22 22");
    Process started = guest.launch(builder);
    process = started;
    OutputStream toClient = terminal ? new TerminalOutput(out) : out;
    guest.run("stdin", () -> feed(in, started));
    CompletableFuture<Void> outDone =
        guest.io("stdout", () -> pump(started.getInputStream(), toClient));
    CompletableFuture<Void> errDone =
        terminal
            ? CompletableFuture.completedFuture(null)
            : guest.io("stderr", () -> pump(started.getErrorStream(), err));
    guest.run(
        "exit", () -> awaitExit(started, terminal, CompletableFuture.allOf(outDone, errDone)));
  }

  private void awaitExit(Process started, boolean terminal, CompletableFuture<Void> output) {
    int code;
    try {
      code = started.waitFor();
      if (terminal) {
        // The terminal goes with its first process: what still runs in it is hung up.
        guest.hangUp(started.toHandle());
      }
      output.get(TRAILING_OUTPUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      code = started.exitValue();
    } catch (InterruptedException e) {
      started.destroyForcibly();
      code = SIGNALLED;
    } catch (ExecutionException e) {
      code = started.exitValue();
      log.debug("output of a command in {} ended early: {}", guest.name(), e.getMessage());
    }
    guest.exited(started.toHandle());
    exit.onExit(code);
  }

  private void feed(InputStream source, Process target) {
    try (OutputStream stdin = target.getOutputStream()) {
      guest.awaitUpload();
      copy(source, stdin);
    } catch (IOException e) {
      // The command ended or the channel closed: nobody reads or writes any more.
      log.debug("input of a command in {} ended: {}", guest.name(), e.getMessage());
    }
  }

  private void pump(InputStream source, OutputStream target) {
    try {
      copy(source, target);
    } catch (IOException e) {
      log.debug("output of a command in {} ended: {}", guest.name(), e.getMessage());
    }
  }

  private void copy(InputStream source, OutputStream target) throws IOException {
    byte[] buffer = new byte[8192];
    for (int n = source.read(buffer); n >= 0; n = source.read(buffer)) {
      guest.awaitNotHung();
      target.write(buffer, 0, n);
      target.flush();
    }
  }

  /** The channel closed: what was not detached is hung up. */
  @Override
  public void destroy(ChannelSession channel) {
    Process started = process;
    if (started != null) {
      guest.hangUp(started.toHandle());
    }
  }

  /** Line feeds become CR LF, as a terminal's output processing does. */
  private static final class TerminalOutput extends OutputStream {

    private final OutputStream target;

    TerminalOutput(OutputStream target) {
      this.target = Objects.requireNonNull(target);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      byte[] cooked = new byte[length * 2];
      int size = 0;
      for (int i = offset; i < offset + length; i++) {
        if (bytes[i] == '\n') {
          cooked[size++] = '\r';
        }
        cooked[size++] = bytes[i];
      }
      target.write(cooked, 0, size);
    }

    @Override
    public void flush() throws IOException {
      target.flush();
    }
  }
}
