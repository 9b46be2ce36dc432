package io.macpool.sim.vcenter.guest;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Boots and kills guests outside the inventory's lock; for one machine never both at a time. */
public final class GuestRunner implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GuestRunner.class);
  private static final long END_SECONDS = 10;

  private final GuestPower guests;
  private final ConcurrentMap<String, Object> gates = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(work -> new Thread(work, "vcenter-guest-power"));

  public GuestRunner(GuestPower guests) {
    this.guests = guests;
  }

  /**
   * Boots a guest if {@code wanted} still says so, and gives its address to {@code booted}, which
   * tells whether it is still wanted; if not, it is killed again.
   */
  public void boot(String name, Supplier<Boolean> wanted, Consumer<String> booted) {
    threads.execute(
        () -> {
          synchronized (gates.computeIfAbsent(name, n -> new Object())) {
            if (!wanted.get()) {
              return;
            }
            bootNow(name).ifPresent(booted);
            if (!wanted.get()) {
              guests.kill(name);
            }
          }
        });
  }

  private Optional<String> bootNow(String name) {
    try {
      return Optional.of(guests.boot(name));
    } catch (RuntimeException e) {
      // As on a real host: the machine runs, its guest never reports.
      log.warn("the guest of {} does not boot", name, e);
      return Optional.empty();
    }
  }

  public void kill(String name, Runnable done) {
    threads.execute(
        () -> {
          synchronized (gates.computeIfAbsent(name, n -> new Object())) {
            guests.kill(name);
          }
          gates.remove(name);
          done.run();
        });
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
        log.warn("guests were still booting or dying when the vCenter was closed");
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
