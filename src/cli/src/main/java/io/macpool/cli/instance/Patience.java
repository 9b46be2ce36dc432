package io.macpool.cli.instance;

import io.macpool.cli.config.PlainArguments;
import io.macpool.core.GoDuration;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a Mac is waited for; picocli fills it in. */
public final class Patience {

  private static final String FREE = "30m";
  private static final String BOOT = "5m";

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = FREE,
      description = "How long to wait for a free Mac (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Duration free;

  @Option(
      names = "--boot",
      paramLabel = "DURATION",
      defaultValue = BOOT,
      description = "How long the Mac may take to boot (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it, or its default
  private Duration boot;

  /**
   * By arguments that need no parser.
   *
   * @throws IllegalArgumentException if a duration is none
   */
  public static Patience of(PlainArguments given) {
    Patience patience = new Patience();
    patience.free = GoDuration.parse(given.value("--wait").orElse(FREE));
    patience.boot = GoDuration.parse(given.value("--boot").orElse(BOOT));
    return patience;
  }

  public Duration free() {
    return free;
  }

  public Duration boot() {
    return boot;
  }
}
