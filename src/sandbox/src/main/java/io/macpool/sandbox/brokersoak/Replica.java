package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.ServiceProcess;
import io.macpool.sandbox.SupervisedService;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One replica of the broker, a process of its own, which is started again when it ends. */
final class Replica implements AutoCloseable {

  /** Where Debian's faketime puts what a process has to load before all else. */
  private static final List<Path> CLOCK_SHIFTERS =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));

  private static final int UP_MILLIS = 2_000;

  private final String name;
  private final int port;
  private final Path log;
  private final SupervisedService service;

  private Replica(String name, int port, Path log, SupervisedService service) {
    this.name = name;
    this.port = port;
    this.log = log;
    this.service = service;
  }

  static Replica start(String name, int port, Map<String, String> environment, Path logs) {
    Path log = logs.resolve(name + ".log");
    return new Replica(
        name,
        port,
        log,
        SupervisedService.start(
            name, () -> ServiceProcess.start(io.macpool.brain.Main.class, environment, log)));
  }

  /** What shifts a process's clock on this machine, if anything does. */
  static Optional<Path> clockShifter() {
    return CLOCK_SHIFTERS.stream().filter(Files::exists).findFirst();
  }

  /**
   * The same environment with the wall clock shifted; waits keep their length. Debian's faketime
   * shifts the ends of a JVM's timed waits by default though they are told by the monotonic clock:
   * each wait then ends at once, and the process spins instead of starting.
   */
  static Map<String, String> shifted(Map<String, String> environment, Path shifter, int seconds) {
    Map<String, String> shifted = new HashMap<>(environment);
    shifted.put("LD_PRELOAD", shifter.toString());
    shifted.put("FAKETIME", (seconds < 0 ? "" : "+") + seconds + "s");
    shifted.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    shifted.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    shifted.put("FAKETIME_NO_CACHE", "1");
    return shifted;
  }

  String name() {
    return name;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Whether its process answers at all. */
  boolean isUp() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(url() + "/health/live").toURL().openConnection();
      connection.setConnectTimeout(UP_MILLIS);
      connection.setReadTimeout(UP_MILLIS);
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        connection.disconnect();
      }
    } catch (IOException notYet) {
      return false;
    }
  }

  Path log() {
    return log;
  }

  /** SIGKILL; another process follows. False if none runs just now. */
  boolean kill() {
    return service.kill();
  }

  int endedByItself() {
    return service.endedByItself();
  }

  @Override
  public void close() {
    service.close();
  }
}
