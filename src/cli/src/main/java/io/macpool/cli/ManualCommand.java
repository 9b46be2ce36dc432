package io.macpool.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code macpool manual}. */
@Command(
    name = "manual",
    mixinStandardHelpOptions = true,
    description = {"Prints the manual page, which holds the help of all commands.", ""},
    footer = {
      "",
      "Examples:",
      "  macpool manual | man -l -",
      "  macpool manual >/usr/local/share/man/man1/macpool.1"
    })
final class ManualCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(new ManualPage(Main.commandLine(Map.of())));
    out.flush();
    return 0;
  }
}
