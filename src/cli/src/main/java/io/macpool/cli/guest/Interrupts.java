package io.macpool.cli.guest;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hands signals that we get on to a command in a guest, which has some time then to end; a second
 * one, and any after the command's end, ends us at once, as the JVM would have done without this.
 */
final class Interrupts {

  /** By name, with their numbers: an exit status tells of them. */
  private static final Map<String, Integer> SIGNALS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

  private static final int SIGNALLED = 128;

  private final Signalled command;
  private final Duration grace;
  private final AtomicBoolean heard = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  private Interrupts(Signalled command, Duration grace) {
    this.command = command;
    this.grace = grace;
  }

  /**
   * From now on.
   *
   * @param grace how long the command has
   */
  static Interrupts handOn(Signalled command, Duration grace) {
    Interrupts interrupts = new Interrupts(command, grace);
    SIGNALS.forEach(interrupts::listen);
    return interrupts;
  }

  /** No public API of the JDK has this: where it is not there, signals end us at once. */
  private void listen(String name, int number) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Interrupts.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  hear(name, number);
                }
                return null;
              });
      Object unused =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      // The JVM's own handler stays.
    }
  }

  /** In a thread of its own for each signal. */
  private void hear(String name, int number) throws InterruptedException {
    if (heard.getAndSet(true) || ended.getCount() == 0) {
      System.exit(SIGNALLED + number);
    }
    System.err.println(
        "macpool: SIG%s is handed on to the command; a second one destroys the Mac at once"
            .formatted(name));
    try {
      command.signal(name, grace);
    } catch (IOException e) {
      // It can't be told: its time runs all the same.
    }
    if (!ended.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
      System.exit(SIGNALLED + number);
    }
  }

  /** The command has ended. */
  void close() {
    ended.countDown();
  }
}
