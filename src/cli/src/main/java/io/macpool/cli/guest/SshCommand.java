package io.macpool.cli.guest;

import io.macpool.cli.config.Broker;
import io.macpool.cli.config.SshOptions;
import io.macpool.cli.screen.Failures;
import io.macpool.cli.screen.PoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code macpool ssh}. */
@Command(
    name = "ssh",
    mixinStandardHelpOptions = true,
    description = {"Opens a shell, or runs a command, in an instance that exists.", ""},
    footer = {
      "",
      "The exit status is the command's; 126: the connection was lost, 127: there was none.",
      "Example:",
      "  macpool ssh 1b7e0d3c-1c3d-4b55-9d6c-0a1b2c3d4e5f -- sw_vers"
    })
public final class SshCommand implements Callable<Integer> {

  private static final Duration BOOT = Duration.ofMinutes(1);

  @Mixin private Broker broker;
  @Mixin private SshOptions ssh;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ID", description = "The instance.")
  private String id;

  @Parameters(index = "1..*", paramLabel = "CMD", description = "The command and its words.")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    try (Broker pool = broker;
        GuestShell shell =
            GuestShell.open(broker.login(ssh), () -> pool.client().find(id).join(), BOOT)) {
      return shell.run(command, command.isEmpty(), Optional.empty(), true).exitStatus();
    } catch (PoolException | CompletionException e) {
      Failures.say(spec.commandLine().getErr(), Failures.cause(e));
      return GuestShell.NOT_STARTED;
    }
  }
}
