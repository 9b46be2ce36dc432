package io.macpool.service;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private static final Logger log = LoggerFactory.getLogger(ServiceMain.class);

  /** Starts a service and returns what stops it; closing drains within the service's own bounds. */
  @FunctionalInterface
  public interface Starter {
    AutoCloseable start(Settings settings) throws Exception;
  }

  private ServiceMain() {}

  /** Runs until SIGTERM or SIGINT; returns the exit status. */
  public static int run(BuildInfo build, SettingsSpec spec, String[] arguments, Starter starter) {
    SettingsSpec whole = withCommonSettings(spec);
    List<String> given = List.of(arguments);
    Map<String, String> environment = System.getenv();
    if (given.contains("--help") || given.contains("-h")) {
      System.out.print(whole.help());
      return 0;
    }
    if (given.contains("--version")) {
      System.out.println(build.service() + " " + build.version());
      return 0;
    }
    Settings settings;
    try {
      settings = whole.read(given, environment);
    } catch (SettingsException e) {
      return refuse(System.err, build, e);
    }
    Logs.configure(settings.get(LOG_FORMAT), settings.get(DEBUG));
    log.info("{} {} starts: {}", build.service(), build.version(), settings.describe());
    settings.warnings().forEach(log::warn);
    return startAndWait(build, settings, starter);
  }

  /** The spec with the settings that every service has. */
  public static SettingsSpec withCommonSettings(SettingsSpec spec) {
    List<Setting<?>> settings = new ArrayList<>(spec.settings());
    settings.add(LOG_FORMAT);
    settings.add(DEBUG);
    return new SettingsSpec(spec.program(), spec.purpose(), spec.prefix(), settings);
  }

  private static int refuse(PrintStream terminal, BuildInfo build, SettingsException e) {
    e.getMessage().lines().forEach(line -> terminal.println(build.service() + ": " + line));
    return 2;
  }

  private static int startAndWait(BuildInfo build, Settings settings, Starter starter) {
    CountDownLatch stopped = new CountDownLatch(1);
    try {
      AutoCloseable running = starter.start(settings);
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
    } catch (SettingsException e) {
      return refuse(System.err, build, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } catch (Exception e) {
      log.error("{} could not start: {}", build.service(), e.getMessage(), e);
      return 1;
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
