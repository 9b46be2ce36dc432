package io.macpool.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code macpool completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {"Prints what makes bash and zsh complete commands and flags.", ""},
    footer = {
      "",
      "Examples:",
      "  source <(macpool completion)",
      "  macpool completion >/etc/bash_completion.d/macpool"
    })
final class CompletionCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(AutoComplete.bash("macpool", Main.commandLine(Map.of())));
    out.flush();
    return 0;
  }
}
