package io.macpool.service;

import io.macpool.service.sentry.ErrorReports;
import io.macpool.service.setting.Setting;
import io.macpool.service.setting.Settings;
import io.macpool.service.setting.SettingsException;
import io.macpool.service.setting.SettingsSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each service's {@code main} does around its wiring: help, settings, logs, start, wait for a
 * signal, stop. Exit status 0 after an orderly end, 1 when the start failed, 2 for unusable
 * settings, before anything is touched.
 */
public final class ServiceMain {

  /** How lines are written; the same for every service. */
  public static final Setting<Logs.Format> LOG_FORMAT =
      Setting.choice("LOG_FORMAT", Logs.Format.class, "how log lines on standard error are written")
          .defaultTo(Logs.Format.JSON);

  public static final Setting<Boolean> DEBUG =
      Setting.flag("DEBUG", "log more; secrets are left out even so");

  /** For a look at what a process would run with. */
  public static final Setting<Boolean> ECHO_CONFIG =
      Setting.flag("ECHO_CONFIG", "print the settings in force, secrets left out, and end");

  private static final Logger log = LoggerFactory.getLogger(ServiceMain.class);

  /** Starts a service and returns what stops it; closing drains within the service's own bounds. */
  @FunctionalInterface
  public interface Starter {
    AutoCloseable start(Settings settings) throws Exception;
  }

  private ServiceMain() {}

  /** A command that runs to its end; it returns the exit status. */
  @FunctionalInterface
  public interface Command {
    int run(Settings settings) throws Exception;
  }

  /** Runs until SIGTERM or SIGINT; returns the exit status. */
  public static int run(BuildInfo build, SettingsSpec spec, String[] arguments, Starter starter) {
    return run(build, spec, arguments, List.of(), starter);
  }

  /**
   * Runs until SIGTERM or SIGINT; returns the exit status.
   *
   * @param known failures that are logged in a line
   */
  public static int run(
      BuildInfo build,
      SettingsSpec spec,
      String[] arguments,
      List<KnownFailure> known,
      Starter starter) {
    return command(
        build,
        withCommonSettings(spec),
        arguments,
        known,
        settings -> {
          if (settings.get(ECHO_CONFIG)) {
            settings.lines().forEach(System.out::println);
            return 0;
          }
          log.info("{} {} starts: {}", build.service(), build.version(), settings.describe());
          settings.warnings().forEach(log::warn);
          try (Resources resources = new Resources()) {
            ErrorReports.start(settings, build).ifPresent(r -> resources.own("error reports", r));
            return serve(build, settings, starter);
          }
        });
  }

  /**
   * Runs a command that ends by itself, with help, settings and logs as services have them.
   *
   * @param spec whole: with {@link #DEBUG} among its settings; without {@link #LOG_FORMAT}, log
   *     lines are for a person
   */
  public static int command(
      BuildInfo build, SettingsSpec spec, String[] arguments, Command command) {
    return command(build, spec, arguments, List.of(), command);
  }

  private static int command(
      BuildInfo build,
      SettingsSpec spec,
      String[] arguments,
      List<KnownFailure> known,
      Command command) {
    List<String> given = List.of(arguments);
    if (given.contains("--help") || given.contains("-h")) {
      System.out.print(spec.help());
      return 0;
    }
    if (given.contains("--version")) {
      System.out.println(build.service() + " " + build.version());
      return 0;
    }
    try {
      Settings settings = spec.read(given, System.getenv());
      Logs.configure(
          settings.find(LOG_FORMAT).orElse(Logs.Format.PLAIN), settings.get(DEBUG), known);
      return command.run(settings);
    } catch (SettingsException e) {
      String why = String.valueOf(e.getMessage());
      why.lines().forEach(line -> System.err.println(build.service() + ": " + line));
      return 2;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } catch (Exception e) {
      log.error("{} failed: {}", build.service(), e.getMessage(), e);
      return 1;
    }
  }

  /** The spec with the settings that every service has. */
  public static SettingsSpec withCommonSettings(SettingsSpec spec) {
    List<Setting<?>> settings = new ArrayList<>(spec.settings());
    settings.add(LOG_FORMAT);
    settings.add(DEBUG);
    settings.add(ECHO_CONFIG);
    return new SettingsSpec(
        spec.program(), spec.purpose(), spec.prefix(), settings, spec.bareNames());
  }

  /** Starts a service and waits for the signal that ends it; returns the exit status. */
  public static int serve(BuildInfo build, Settings settings, Starter starter)
      throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    AutoCloseable running;
    try {
      running = starter.start(settings);
    } catch (SettingsException | InterruptedException e) {
      throw e;
    } catch (Exception e) {
      tell(build, e);
      return 1;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  close(build, running);
                  stopped.countDown();
                },
                "shutdown"));
    stopped.await();
    return 0;
  }

  /** Who runs it needs the sentence; a fault of ours has none, and needs the trace. */
  private static void tell(BuildInfo build, Exception failure) {
    boolean ours =
        failure.getMessage() == null
            || failure instanceof NullPointerException
            || failure instanceof ClassCastException
            || failure instanceof IndexOutOfBoundsException;
    if (ours) {
      log.error("{} could not start, by a fault of its own", build.service(), failure);
    } else {
      log.error("{} could not start: {}", build.service(), failure.getMessage());
      log.debug("where it could not", failure);
    }
  }

  private static void close(BuildInfo build, AutoCloseable running) {
    log.info("{} stops", build.service());
    try {
      running.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.warn("{} did not stop cleanly", build.service(), e);
    }
  }
}
