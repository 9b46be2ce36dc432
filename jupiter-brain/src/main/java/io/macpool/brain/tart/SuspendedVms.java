package io.macpool.brain.tart;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.ssh.CommandResult;
import io.macpool.brain.tart.suspend.MeasuredStarts;
import io.macpool.brain.tart.suspend.SuspendRules;
import io.macpool.brain.tart.suspend.SuspendTexts;
import io.macpool.core.fleet.Mark;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Guests that one Mac keeps suspended: takes, resumes, makes and destroys them. Thread-safe. */
final class SuspendedVms {

  /** Runs a script on the Mac. */
  @FunctionalInterface
  interface Shell {
    CompletableFuture<CommandResult> run(String what, String script, Duration limit);
  }

  /**
   * One that was taken and has not been started yet.
   *
   * @param since when it was ordered, by {@link System#nanoTime}
   */
  private record Taken(String source, Mark mark, long since) {}

  /** How one that was taken is started in another way, as its state is of no use. */
  record Failed(String source, Mark mark, String why) {}

  private static final Logger log = LoggerFactory.getLogger(SuspendedVms.class);
  private static final Duration LONGEST_SAVE = Duration.ofSeconds(90);
  private static final Duration LONGEST_RESUME = Duration.ofSeconds(30);
  private static final Duration SPARE = Duration.ofSeconds(30);

  /** What could not be destroyed is left alone for so long: each look would try it again. */
  private static final Duration REST = Duration.ofMinutes(1);

  private final Mac mac;
  private final MacScripts scripts;
  private final TartOptions options;
  private final MeasuredStarts measured;
  private final Shell shell;
  private final Map<String, Taken> taken = new ConcurrentHashMap<>();
  private final AtomicBoolean discarding = new AtomicBoolean();

  /** By {@link System#nanoTime}. */
  private volatile long restsUntil = System.nanoTime();

  SuspendedVms(
      Mac mac, MacScripts scripts, TartOptions options, MeasuredStarts measured, Shell shell) {
    this.mac = mac;
    this.scripts = scripts;
    this.options = options;
    this.measured = measured;
    this.shell = shell;
  }

  /** Which of them may be taken, and which go, for that ledger. */
  static SuspendRules rules(Mac mac, String ledger) {
    return new SuspendRules(ledger, mac.suspend(), mac.suspendFor());
  }

  /** Completes with whether a suspended guest of the image bears that name and mark now. */
  CompletableFuture<Boolean> take(
      Optional<MacReport> report, String source, String name, Mark mark) {
    List<String> all =
        report.map(news -> rules(mac, mark.ledger()).takeable(news, source)).orElse(List.of());
    if (all.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    long since = System.nanoTime();
    String what = "resume of a guest of " + source + " as " + name + " on " + mac.name();
    return shell
        .run(what, scripts.take(all, source, name, mark), SPARE)
        .thenApply(
            result -> {
              if (result.code() == SuspendTexts.NONE_LEFT) {
                return false;
              }
              MacDriver.succeeded(what, result);
              taken.put(name, new Taken(source, mark, since));
              return true;
            });
  }

  boolean isTaken(String name) {
    return taken.containsKey(name);
  }

  void forget(String name) {
    taken.remove(name);
  }

  /** Starts one that was taken; completes with what is to be done anew if that fails. */
  CompletableFuture<Optional<Failed>> resume(String name) {
    Taken order = taken.remove(name);
    if (order == null) {
      throw new IllegalStateException(name + " was not taken");
    }
    Duration limit = shorter(LONGEST_RESUME);
    String what = "resume of " + name + " on " + mac.name();
    return shell
        .run(what, scripts.resume(name, limit, options.guestPort()), limit.plus(SPARE))
        .thenApply(
            result -> {
              if (result.code() == 0) {
                measured.resumed(
                    order.source(), Duration.ofNanos(System.nanoTime() - order.since()));
                return Optional.empty();
              }
              if (result.code() != SuspendTexts.NOT_RESUMED
                  || TartRefusal.of(what, result).kind().equals(TartRefusal.SYSTEM_LIMIT)) {
                throw TartRefusal.of(what, result);
              }
              String why = (result.out().strip() + " " + result.err().strip()).strip();
              return Optional.of(new Failed(order.source(), order.mark(), why));
            });
  }

  /**
   * Keeps one suspended, under a name of its own.
   *
   * @param boot how long it took to start
   */
  CompletableFuture<Void> suspend(String name, Duration boot) {
    Duration limit = shorter(LONGEST_SAVE);
    String what = "suspension of " + name + " on " + mac.name();
    return shell
        .run(what, scripts.suspend(name, limit), limit.plus(SPARE))
        .thenAccept(
            result -> {
              MacDriver.succeeded(what, result);
              String said = result.out().strip();
              measured.booted(said.substring(said.lastIndexOf(' ') + 1), boot);
            });
  }

  private Duration shorter(Duration limit) {
    return limit.compareTo(options.taskLimit()) < 0 ? limit : options.taskLimit();
  }

  /**
   * Destroys the next that goes, if one does, none is being destroyed, and none failed to be a
   * moment ago.
   */
  CompletableFuture<Void> tidy(MacReport report, String ledger) {
    Optional<SuspendRules.Discard> next = rules(mac, ledger).discard(report);
    boolean rests = System.nanoTime() - restsUntil < 0;
    if (next.isEmpty() || rests || !discarding.compareAndSet(false, true)) {
      return CompletableFuture.completedFuture(null);
    }
    SuspendRules.Discard one = next.get();
    log.info("{} on {} goes: {}", one.vm(), mac.name(), one.why());
    String what = "destruction of " + one.vm() + " on " + mac.name();
    return shell
        .run(what, scripts.discard(one.vm(), one.stale()), SPARE)
        .thenAccept(result -> MacDriver.succeeded(what, result))
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                restsUntil = System.nanoTime() + REST.toNanos();
                log.warn("{} failed. Retry in {}: {}", what, REST, failure.getMessage());
              }
              discarding.set(false);
            });
  }
}
