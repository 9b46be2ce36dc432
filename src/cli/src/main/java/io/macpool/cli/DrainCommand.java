package io.macpool.cli;

import picocli.CommandLine.Command;

/** {@code macpool drain}. */
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description =
        "Gives a Mac no new instance, and destroys what waits warm there. What runs there runs on:"
            + " macpool hosts shows when it is empty.")
final class DrainCommand extends CordonCommand {

  DrainCommand() {
    super(true);
  }
}
