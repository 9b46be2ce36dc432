package io.macpool.cli.config;

import io.macpool.broker.BrokerEndpoint;
import io.macpool.cli.screen.PoolException;
import io.macpool.cli.screen.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code macpool context}. */
@Command(
    name = "context",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the brokers of ~/.config/macpool/config.yaml; with a name makes one of them the"
          + " current one, which counts where no other is named.",
      ""
    },
    footer = {
      "",
      "The file (or that of MACPOOL_CONFIG):",
      "  current-context: production",
      "  contexts:",
      "    production:",
      "      url: https://jupiter-brain.example.com",
      "      token-file: production.token",
      "      ssh-key: ~/.ssh/macpool",
      "    lab:",
      "      url: http://127.0.0.1:42161",
      "      token: secret",
      "Known are url, token, token-file, ssh-key, ssh-user, ssh-port.",
      "",
      "Examples:",
      "  macpool context",
      "  macpool context lab",
      "  macpool hosts --context production"
    })
public final class ContextCommand implements Callable<Integer> {

  private final Map<String, String> environment;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The context that shall be the current one.")
  private String name;

  @Spec private CommandSpec spec;

  public ContextCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    ConfigFile file =
        ConfigFile.read(environment)
            .orElseThrow(
                () ->
                    new PoolException(
                        "there is no file %s: macpool context --help shows one"
                            .formatted(ConfigFile.path(environment))));
    PrintWriter err = spec.commandLine().getErr();
    file.warning().ifPresent(warning -> err.println("macpool: " + warning));
    if (name != null) {
      file.use(name);
      return 0;
    }
    Table table = new Table("CURRENT", "NAME", "URL");
    for (Context each : file.contexts().values()) {
      boolean current = file.current().filter(each.name()::equals).isPresent();
      table.row(current ? "*" : "", each.name(), BrokerEndpoint.parse(each.url()).base());
    }
    spec.commandLine().getOut().print(table);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
