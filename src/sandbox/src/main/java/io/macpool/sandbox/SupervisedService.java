package io.macpool.sandbox;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service that is started again when it ends, as a Deployment's pod is. Thread-safe. */
public final class SupervisedService implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SupervisedService.class);
  private static final Duration BEFORE_RESTART = Duration.ofMillis(500);

  private final String name;
  private final Supplier<ServiceProcess> starter;
  private final ScheduledExecutorService restarts;

  @SuppressWarnings("NullAway.Init") // start launches one before anybody has this
  private ServiceProcess process;

  private boolean killed;
  private boolean closed;
  private int endedByItself;

  private SupervisedService(String name, Supplier<ServiceProcess> starter) {
    this.name = name;
    this.starter = starter;
    this.restarts =
        Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "restart-" + name));
  }

  public static SupervisedService start(String name, Supplier<ServiceProcess> starter) {
    SupervisedService service = new SupervisedService(name, starter);
    service.launch();
    return service;
  }

  private synchronized void launch() {
    if (closed) {
      return;
    }
    killed = false;
    process = starter.get();
    process.onEnd(this::ended);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor
  private synchronized void ended() {
    if (closed) {
      return;
    }
    if (!killed) {
      endedByItself++;
      log.warn("{} ended by itself", name);
    }
    try {
      restarts.schedule(this::launch, BEFORE_RESTART.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closing) {
      log.debug("{} stays down: closing", name, closing);
    }
  }

  /** Kills the process; another one follows. False if none runs just now. */
  public synchronized boolean kill() {
    if (closed || killed || !process.isAlive()) {
      return false;
    }
    killed = true;
    process.kill();
    return true;
  }

  /** The process that runs now, if one does. */
  synchronized Optional<ProcessHandle> running() {
    return process.isAlive() ? Optional.of(process.handle()) : Optional.empty();
  }

  /** How often it ended though nobody killed it. */
  public synchronized int endedByItself() {
    return endedByItself;
  }

  @Override
  public void close() {
    ServiceProcess last;
    synchronized (this) {
      closed = true;
      last = process;
    }
    restarts.shutdownNow();
    last.close();
  }
}
