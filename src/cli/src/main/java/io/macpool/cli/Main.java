package io.macpool.cli;

import io.macpool.broker.BrokerClient;
import io.macpool.cli.config.Broker;
import io.macpool.cli.config.ContextCommand;
import io.macpool.cli.gitlab.GitLabCommand;
import io.macpool.cli.gitlab.GitLabStage;
import io.macpool.cli.guest.CopyCommand;
import io.macpool.cli.guest.GuestShell;
import io.macpool.cli.guest.SshCommand;
import io.macpool.cli.instance.CreateCommand;
import io.macpool.cli.instance.DeleteCommand;
import io.macpool.cli.pool.CapacityCommand;
import io.macpool.cli.pool.CordonCommand;
import io.macpool.cli.pool.DrainCommand;
import io.macpool.cli.pool.HostsCommand;
import io.macpool.cli.pool.ImagesCommand;
import io.macpool.cli.pool.InstancesCommand;
import io.macpool.cli.pool.TopCommand;
import io.macpool.cli.pool.UncordonCommand;
import io.macpool.cli.run.RunCommand;
import io.macpool.cli.screen.Failures;
import io.macpool.core.GoDuration;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.TypeConversionException;

/** {@code macpool}: exit status 0, 1 if the pool would not or could not, 2 for unusable options. */
@Command(
    name = "macpool",
    mixinStandardHelpOptions = true,
    version = "macpool",
    sortOptions = false,
    description = {"Looks at a pool of Macs, runs commands on them, takes them out of use.", ""},
    footer = {
      "",
      "The broker is named by MACPOOL_URL, its token by MACPOOL_TOKEN; or both by a context of",
      "~/.config/macpool/config.yaml: see macpool context --help.",
      "",
      "Examples:",
      "  export MACPOOL_URL=https://jupiter-brain.example.com MACPOOL_TOKEN=…",
      "  macpool run macos-15 -- sw_vers",
      "  macpool hosts",
      "  macpool drain mac-0007.example.com --reason 'fan is loud'"
    })
public final class Main {

  private static final int FAILED = 1;
  private static final String RUN = "run";
  private static final Set<String> NEED_NO_BROKER =
      Set.of("-h", "--help", "-V", "--version", "context", "completion", "manual");

  private Main() {}

  public static void main(String[] arguments) {
    if (arguments.length > 0 && arguments[0].equals(RUN)) {
      PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
      String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
      RunCommand.plain(System.getenv(), err, rest).ifPresent(run -> System.exit(execute(run, err)));
    }
    if (arguments.length > 0 && !NEED_NO_BROKER.contains(arguments[0])) {
      // To read the options takes as long as to load what the broker is asked with.
      beside(Main::warmUp);
    }
    System.exit(execute(arguments));
  }

  private static void warmUp() {
    BrokerClient.warmUp();
    GuestShell.warmUp();
  }

  private static void beside(Runnable warmUp) {
    Thread beside = new Thread(warmUp, "warm-up");
    beside.setDaemon(true);
    beside.start();
  }

  private static int execute(RunCommand run, PrintWriter err) {
    beside(run::warmUp);
    try {
      return run.call();
    } catch (Exception e) {
      Failures.say(err, Failures.cause(e));
      return FAILED;
    }
  }

  /** Runs one command; prints to the process's own streams. */
  static int execute(String... arguments) {
    return commandLine(System.getenv(), arguments).execute(arguments);
  }

  /** Commands by name, as the help lists them. */
  private static Map<String, Supplier<Object>> commands(Map<String, String> environment) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put(RUN, RunCommand::new);
    commands.put("instances", InstancesCommand::new);
    commands.put("hosts", HostsCommand::new);
    commands.put("images", ImagesCommand::new);
    commands.put("capacity", CapacityCommand::new);
    commands.put("top", TopCommand::new);
    commands.put("create", CreateCommand::new);
    commands.put("delete", DeleteCommand::new);
    commands.put("ssh", SshCommand::new);
    commands.put("cp", CopyCommand::new);
    commands.put("cordon", CordonCommand::new);
    commands.put("drain", DrainCommand::new);
    commands.put("uncordon", UncordonCommand::new);
    commands.put("context", () -> new ContextCommand(environment));
    commands.put("gitlab", GitLabCommand::new);
    commands.put("completion", CompletionCommand::new);
    commands.put("manual", ManualCommand::new);
    return commands;
  }

  /**
   * The parser for some arguments in a process whose environment is that: with the command that
   * they name alone, since to read what all the others can do takes as long as many a command.
   */
  public static CommandLine commandLine(Map<String, String> environment, String... arguments) {
    CommandLine line = new CommandLine(new Main(), new Parts(environment));
    Map<String, Supplier<Object>> commands = commands(environment);
    if (arguments.length > 0 && commands.containsKey(arguments[0])) {
      line.addSubcommand(commands.get(arguments[0]).get());
    } else {
      commands.values().forEach(command -> line.addSubcommand(command.get()));
    }
    // Unusable options of ours are no fault of a job.
    Optional.ofNullable(line.getSubcommands().get("gitlab")).ifPresent(GitLabStage::blameUs);
    return line.setUsageHelpAutoWidth(true)
        .setExpandAtFiles(false) // a command's words stay as they are
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Duration.class, Main::duration)
        .setExecutionExceptionHandler(
            (e, failed, parsed) -> {
              Failures.say(failed.getErr(), Failures.cause(e));
              return FAILED;
            });
  }

  /** Makes what commands have in common; the broker is found by the environment, too. */
  public record Parts(Map<String, String> environment) implements IFactory {

    @Override
    public <K> K create(Class<K> type) throws Exception {
      return type == Broker.class
          ? type.cast(new Broker(environment))
          : CommandLine.defaultFactory().create(type);
    }
  }

  /** Durations as everywhere else in macpool: {@code 90s}, {@code 30m}. */
  private static Duration duration(String text) {
    try {
      return GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
