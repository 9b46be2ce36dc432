package io.macpool.cli.instance;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a Mac is waited for; picocli fills it in. */
public final class Patience {

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "30m",
      description = "How long to wait for a free Mac (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Duration free;

  @Option(
      names = "--boot",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description = "How long the Mac may take to boot (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Duration boot;

  public Duration free() {
    return free;
  }

  public Duration boot() {
    return boot;
  }
}
