package io.macpool.brain.lifecycle.hygiene;

import io.macpool.brain.hypervisor.Hypervisor;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands orders to the reboot hook, each on a thread of its own; what fails is told, not tried. */
final class RebootOrders implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RebootOrders.class);
  private static final long IDLE_SECONDS = 30;

  private final Optional<RebootHook> hook;
  private final Hypervisor hypervisor;
  private final int mostAsks;
  private final HygieneMeters meters;
  private final ExecutorService threads;

  /**
   * @param atOnce orders at a time, at most
   * @param mostAsks how often a host is asked, at most
   */
  RebootOrders(
      Optional<RebootHook> hook,
      Hypervisor hypervisor,
      int atOnce,
      int mostAsks,
      HygieneMeters meters) {
    this.hook = hook;
    this.hypervisor = hypervisor;
    this.mostAsks = mostAsks;
    this.meters = meters;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            0,
            atOnce,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "reboot-hook-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Has the order handed over; returns at once. */
  void give(RebootHook.Order order) {
    try {
      threads.execute(() -> ask(order));
    } catch (RejectedExecutionException e) {
      failed(order, "no thread is free for the hook");
    }
  }

  private void ask(RebootHook.Order order) {
    try {
      hook.orElseThrow().ask(order, hypervisor);
      meters.hookCalled(true);
    } catch (IOException e) {
      failed(order, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed(order, "the broker stops");
    } catch (RuntimeException e) {
      failed(order, String.valueOf(e));
    }
  }

  private void failed(RebootHook.Order order, String why) {
    meters.hookCalled(false);
    log.warn(
        "host {}: the reboot hook did not take attempt {} of {}: {}",
        order.host(),
        order.attempt(),
        mostAsks,
        why);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
