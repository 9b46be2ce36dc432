package io.macpool.worker;

import io.macpool.core.FailureWords;
import io.macpool.core.GoDuration;
import io.macpool.service.setting.Settings;
import io.macpool.worker.job.processor.ProcessorPool;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What signals do to a worker that is a process of its own: INT drains, TERM drains within a bound
 * (or stops now, if so set; a second TERM always does), USR1 logs the processors, USR2 pauses and
 * resumes, TTIN and TTOU make the pool one larger or smaller.
 *
 * <p>The JDK's class for it is outside the Java API, so it is reached by reflection: on a JDK
 * without it TERM and INT still stop the worker, by the JVM's own shutdown.
 */
final class Signals {

  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  private final Worker worker;
  private final boolean termStopsNow;
  private final Duration drainTimeout;
  private final AtomicBoolean draining = new AtomicBoolean();

  private Signals(Worker worker, Settings settings) {
    this.worker = worker;
    this.termStopsNow = settings.get(WorkerSettings.TERM_STOPS_NOW);
    this.drainTimeout = settings.get(WorkerSettings.DRAIN_TIMEOUT);
  }

  static void install(Worker worker, Settings settings) {
    Signals signals = new Signals(worker, settings);
    signals.on("INT", signals::interrupt);
    signals.on("TERM", signals::terminate);
    signals.on("USR1", signals::show);
    signals.on("USR2", worker::togglePause);
    signals.on("TTIN", () -> worker.resizeBy(1));
    signals.on("TTOU", () -> worker.resizeBy(-1));
    // However the worker came to its end, by a signal or by remote control, the process ends with
    // it.
    CompletableFuture<Void> unused = worker.drained().thenRunAsync(() -> exit());
  }

  private void stopLate() {
    log.warn(
        "the drain took longer than {}: the worker stops now", GoDuration.format(drainTimeout));
    exit();
  }

  private static void exit() {
    log.info("nothing runs here any more: the process ends");
    System.exit(0);
  }

  private void interrupt() {
    log.info("SIGINT: the worker drains");
    worker.drain();
  }

  private void terminate() {
    if (termStopsNow || draining.getAndSet(true)) {
      log.info("SIGTERM: the worker stops now");
      System.exit(0);
    }
    log.info("SIGTERM: the worker drains, for {} at most", GoDuration.format(drainTimeout));
    worker.drain();
    CompletableFuture<Void> unused =
        worker
            .drained()
            .orTimeout(drainTimeout.toMillis(), TimeUnit.MILLISECONDS)
            .whenCompleteAsync(
                (nothing, late) -> {
                  if (late != null) {
                    stopLate();
                  }
                });
  }

  private void show() {
    ProcessorPool.View view = worker.view();
    log.info(
        "pool size {}, expected {}, processed {}",
        view.alive(),
        view.expected(),
        view.totalProcessed());
    view.members().forEach(member -> log.info("{}", member));
  }

  private void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      Method handle = signal.getMethod("handle", signal, handler);
      Object unused =
          handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (InvocationTargetException e) {
      log.info("SIG{} can't be handled here: {}", name, FailureWords.of(e));
    } catch (ReflectiveOperationException e) {
      log.info("SIG{} can't be handled by this JDK", name);
    }
  }
}
