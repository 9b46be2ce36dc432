package io.macpool.cli.run;

import io.macpool.broker.BrokerException;
import io.macpool.broker.NewInstance;
import io.macpool.cli.config.Broker;
import io.macpool.cli.config.Login;
import io.macpool.cli.config.PlainArguments;
import io.macpool.cli.config.SshOptions;
import io.macpool.cli.guest.AtExit;
import io.macpool.cli.guest.CommandEnd;
import io.macpool.cli.guest.CommandEnd.How;
import io.macpool.cli.guest.GuestShell;
import io.macpool.cli.instance.HeldInstance;
import io.macpool.cli.instance.InstanceRequest;
import io.macpool.cli.instance.Patience;
import io.macpool.cli.screen.Failures;
import io.macpool.cli.screen.PoolException;
import io.macpool.core.GoDuration;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code macpool run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a command on a fresh Mac, which is destroyed afterwards: at its end, at Ctrl-C, and"
          + " within a minute if this is killed.",
      ""
    },
    footer = {
      "",
      "The exit status is the command's. Our own: 124 it took longer than --timeout, 125 there was"
          + " no Mac, 126 the connection was lost, or the command went well and a --download did"
          + " not, 127 the guest did not let us in, or an --upload did not arrive.",
      "Each word stays one word; for a pipe or a variable name a shell: sh -c '…'.",
      "",
      "Examples:",
      "  macpool run macos-15 -- sw_vers",
      "  macpool run macos-15 -- sh -c 'xcodebuild -version | head -n 1'",
      "  macpool run macos-15 -t -- zsh -l",
      "  macpool run macos-15 --upload . --download build -- make",
      "  tar c . | macpool run macos-15 -- sh -c 'tar x && make test'"
    })
public final class RunCommand implements Callable<Integer> {

  private static final int NO_INSTANCE = 125;

  private static final Set<String> VALUED =
      Set.of(
          "--cpus",
          "--ram",
          "--wait",
          "--boot",
          "--timeout",
          "--upload",
          "--url",
          "--token-file",
          "--context",
          "--ssh-key",
          "--ssh-user",
          "--ssh-port");

  private static final Map<String, String> REPEATED =
      Map.of("-e", "--env", "--env", "--env", "--download", "--download");

  private static final Map<String, String> FLAGS = Map.of("-t", "--tty", "--tty", "--tty");

  @Mixin private InstanceRequest wanted;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "CMD",
      description = "The command and its words.")
  private List<String> command = new ArrayList<>();

  @Option(
      names = {"-t", "--tty"},
      description = "Give the command a terminal.")
  private boolean terminal;

  @Mixin private Patience patience;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "How long the command may take (default: as long as it likes).")
  private @Nullable Duration timeout;

  @Mixin private RunFiles files;
  @Mixin private Broker broker;
  @Mixin private SshOptions ssh;
  @Spec private @Nullable CommandSpec spec;
  private @Nullable PrintWriter err;

  /**
   * The command by arguments that need no parser; empty if these do. It is the same as by picocli,
   * which takes longer than all else that is done here before the broker is asked.
   *
   * @param arguments after the command's name
   */
  public static Optional<RunCommand> plain(
      Map<String, String> environment, PrintWriter err, String... arguments) {
    return PlainArguments.read(VALUED, REPEATED, FLAGS, arguments)
        .flatMap(given -> plain(given, environment, err));
  }

  private static Optional<RunCommand> plain(
      PlainArguments given, Map<String, String> environment, PrintWriter err) {
    RunCommand run = new RunCommand();
    try {
      run.wanted = InstanceRequest.of(given);
      run.patience = Patience.of(given);
      run.timeout = given.value("--timeout").map(GoDuration::parse).orElse(null);
      run.files = RunFiles.of(given);
      run.ssh = SshOptions.of(given);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // picocli says so best
    }
    run.command = given.words();
    run.terminal = given.has("--tty");
    run.broker = Broker.of(given, environment, err);
    run.err = err;
    return Optional.of(run);
  }

  /** Loads what asking the broker needs, then what the guest does, in the thread of the caller. */
  public void warmUp() {
    broker.warmUp();
    GuestShell.warmUp();
  }

  private PrintWriter err() {
    return err == null ? Objects.requireNonNull(spec).commandLine().getErr() : err;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    PrintWriter err = err();
    NewInstance order = wanted.order();
    files.check();
    Login login = broker.login(ssh); // what can't be used is told before there is a Mac
    try (Broker pool = broker) {
      HeldInstance held;
      try {
        held = HeldInstance.make(pool, order, patience.free(), err);
      } catch (CompletionException | PoolException e) {
        if (Failures.cause(e) instanceof BrokerException || e instanceof PoolException) {
          Failures.say(err, Failures.cause(e));
          return NO_INSTANCE;
        }
        throw e;
      }
      return run(held, login, err);
    }
  }

  private int run(HeldInstance held, Login login, PrintWriter err)
      throws InterruptedException, IOException {
    AtExit atExit = new AtExit();
    try (HeldInstance instance = atExit.add(held);
        GuestShell shell = atExit.add(GuestShell.reach(login, instance::look, patience.boot()))) {
      files.upload(shell);
      Optional<Duration> limit = Optional.ofNullable(timeout);
      List<String> words = files.words(command);
      CommandEnd end =
          terminal
              ? shell.run(words, true, limit, false)
              : shell.runOverBreaks(words, limit, instance::exists, err);
      boolean complete = end.how() == How.LOST || files.download(shell, err);
      return complete || end.exitStatus() != 0 ? end.exitStatus() : CommandEnd.LOST_STATUS;
    } catch (PoolException | CompletionException e) {
      Failures.say(err, Failures.cause(e));
      return GuestShell.NOT_STARTED;
    }
  }
}
