package io.macpool.sandbox;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./sandbox env}: what a shell needs for {@code macpool} to use the sandbox that is up. */
@Command(
    name = "env",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the variables by which macpool finds the sandbox that is up, for a shell to take in.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  eval \"$(./sandbox env)\"",
      "  src/cli/macpool run macos-15 -- sw_vers"
    })
final class ShellVariables implements Callable<Integer> {

  @Option(
      names = "--info",
      paramLabel = "FILE",
      description =
          "What the sandbox wrote by its own --info (default: the one that ./sandbox of this"
              + " checkout started last).")
  private @Nullable Path info;

  @Override
  public Integer call() throws Exception {
    Optional<Path> file = info == null ? SandboxInfo.runningFile() : Optional.of(info);
    if (file.isEmpty() || !Files.exists(file.get())) {
      System.err.println(Submit.noSandbox("env", file));
      return 2;
    }
    System.out.println(SandboxInfo.read(file.get()).exports());
    return 0;
  }
}
