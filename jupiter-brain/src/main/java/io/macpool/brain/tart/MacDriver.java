package io.macpool.brain.tart;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.hypervisor.HypervisorFailure.OutcomeUnknown;
import io.macpool.brain.hypervisor.HypervisorFailure.Refused;
import io.macpool.brain.hypervisor.HypervisorFailure.Unavailable;
import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.report.MacReportReader;
import io.macpool.brain.tart.ssh.CommandResult;
import io.macpool.brain.tart.ssh.SshConversation;
import io.macpool.brain.tart.ssh.SshFailure;
import io.macpool.brain.tart.ssh.SshHost;
import io.macpool.brain.tart.suspend.MeasuredStarts;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.fault.FailureScope;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one Mac and tells it what to do. Thread-safe; nothing here blocks its caller. */
final class MacDriver implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(MacDriver.class);
  private static final Duration SHORT_TASK = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(300);
  private static final int LOOKS = 40;

  private final Mac mac;
  private final SshHost ssh;
  private final MacScripts scripts;
  private final SshConversation watch;
  private final MacReportReader reports = new MacReportReader(); // confined to looks, one at a time
  private final TartOptions options;
  private final Executor threads;
  private final SuspendedVms suspended;
  private final Clock clock;
  private final Runnable onNews;
  private final Set<String> cloning = ConcurrentHashMap.newKeySet();

  // Guarded by this.
  private MacView view;
  private Instant lostAt;
  private boolean looking;
  private boolean tried;
  private boolean closed;
  private @Nullable CompletableFuture<Void> next;
  private long looks;

  /** The last look that may still show the VM that was refused, as running. */
  private long refusedDuring;

  /** VMs known to be no more, by the number of the last look that may still show them. */
  private final Map<String, Long> gone = new HashMap<>();

  /**
   * What the drivers of all Macs work with.
   *
   * @param threads may be blocked for as long as the options' limits
   */
  record Site(TartOptions options, MeasuredStarts measured, Executor threads, Clock clock) {}

  /**
   * @param onNews called after each change of what {@link #view} shows, on any thread
   */
  MacDriver(Mac mac, SshHost ssh, Site site, Runnable onNews) {
    this.mac = mac;
    this.ssh = ssh;
    this.scripts = new MacScripts(mac);
    this.watch = ssh.converse(scripts.watch());
    this.options = site.options();
    this.threads = site.threads();
    this.clock = site.clock();
    this.onNews = onNews;
    this.suspended =
        new SuspendedVms(
            mac,
            scripts,
            options,
            site.measured(),
            (what, script, limit) -> task(what, script, limit, true));
    this.view = MacView.of(mac);
    this.lostAt = clock.instant();
  }

  Mac mac() {
    return mac;
  }

  synchronized MacView view() {
    return view;
  }

  /** Whether no look at it has ended yet. */
  synchronized boolean isNew() {
    return !tried;
  }

  /**
   * Looks at it; completes, never with a failure, when a look that begins from now on has ended.
   */
  synchronized CompletableFuture<Void> look() {
    if (next != null) {
      return next;
    }
    CompletableFuture<Void> mine = new CompletableFuture<>();
    if (looking) {
      next = mine;
    } else {
      looking = true;
      begin(mine);
    }
    return mine;
  }

  private void lookSoon() {
    CompletableFuture<Void> unused = look(); // whoever waits for its news hears of them
  }

  private void begin(CompletableFuture<Void> look) {
    try {
      threads.execute(() -> lookNow(look));
    } catch (RejectedExecutionException e) {
      looking = false;
      look.complete(null);
    }
  }

  private void lookNow(CompletableFuture<Void> look) {
    long number;
    MacView before;
    synchronized (this) {
      number = ++looks;
      before = view;
    }
    try {
      MacReport report = read();
      synchronized (this) {
        gone.values().removeIf(last -> last < number);
        MacReport news = report;
        for (String vm : gone.keySet()) {
          news = news.without(vm);
        }
        MacView heard = view.heard(news, clock.instant());
        tell(number > refusedDuring ? heard : heard.withLimitOf(view));
      }
    } catch (SshFailure | MacReport.Unreadable | RuntimeException e) {
      synchronized (this) {
        tell(view.lost(String.valueOf(e.getMessage())));
      }
    }
    if (!view().isNoNewsAfter(before)) {
      onNews.run();
    }
    synchronized (this) {
      tried = true;
      if (next == null) {
        looking = false;
      } else {
        CompletableFuture<Void> following = next;
        next = null;
        begin(following);
      }
    }
    look.complete(null);
  }

  private void tell(MacView now) {
    if (closed) {
      return;
    }
    if (view.isConnected() && !now.isConnected()) {
      lostAt = clock.instant();
      log.warn("{} is not reached: {}", mac.name(), now.trouble().orElse(""));
    } else if (!view.isConnected() && now.isConnected()) {
      log.info("{} answers", mac.name());
    }
    view = now;
  }

  private MacReport read() throws SshFailure, MacReport.Unreadable {
    CommandResult result = watch.ask(options.lookLimit());
    try {
      return reports.read(result.out());
    } catch (MacReport.Unreadable e) {
      throw new MacReport.Unreadable(mac.name() + ": " + e.getMessage() + said(result));
    }
  }

  private static String said(CommandResult result) {
    String text = result.err().strip();
    return text.isEmpty() ? "" : " (" + text.substring(0, Math.min(200, text.length())) + ")";
  }

  /** Whether a clone runs there that this process does not wait for, as far as can be known. */
  synchronized boolean mayBeCloning(String source) {
    if (!view.isConnected()) {
      // What was begun before it was lost has come to an end by then.
      return lostAt.plus(options.taskLimit()).isAfter(clock.instant())
          && (view.report().isEmpty() || view.holds(source));
    }
    return view.report().stream()
        .flatMap(report -> report.clones().stream())
        .anyMatch(clone -> clone.source().equals(source) && !cloning.contains(clone.name()));
  }

  /** A suspended guest in the place of a clone if the order takes one, else a clone. */
  CompletableFuture<String> cloneVm(String source, CloneOrder order) {
    String name = order.name();
    if (order.suspension() != CloneOrder.Suspension.TAKE) {
      boolean keep = order.suspension() == CloneOrder.Suspension.KEEP;
      return cloneVm(source, name, order.mark(), keep);
    }
    cloning.add(name);
    return suspended
        .take(view().report().filter(r -> view().isConnected()), source, name, order.mark())
        .whenComplete((taken, failure) -> cloning.remove(name))
        .thenCompose(
            taken ->
                taken
                    ? CompletableFuture.completedFuture(ref(name))
                    : cloneVm(source, name, order.mark(), false))
        .whenComplete((ref, failure) -> lookSoon());
  }

  private CompletableFuture<String> cloneVm(String source, String name, Mark mark, boolean keep) {
    String what = "clone of " + source + " as " + name + " on " + mac.name();
    cloning.add(name);
    return task(what, scripts.cloneVm(source, name, mark, keep), options.taskLimit(), true)
        .whenComplete((result, failure) -> cloning.remove(name))
        .thenApply(
            result -> {
              succeeded(what, result);
              return ref(name);
            })
        .whenComplete((ref, failure) -> lookSoon());
  }

  CompletableFuture<Void> resize(String name, Instance.Size size) {
    String what = "resize of " + ref(name);
    return task(what, scripts.resize(name, size), SHORT_TASK, true)
        .thenAccept(result -> succeeded(what, result));
  }

  CompletableFuture<Void> powerOn(String name) {
    return suspended.isTaken(name) ? resume(name) : boot(name);
  }

  /** What can't go on from its state is made anew: that is nobody's fault but the state's. */
  private CompletableFuture<Void> resume(String name) {
    return suspended
        .resume(name)
        .whenComplete(
            (failed, failure) -> {
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              if (cause instanceof Refused refused
                  && refused.kind().equals(TartRefusal.SYSTEM_LIMIT)) {
                limited(name);
              }
              lookSoon();
            })
        .thenCompose(
            failed ->
                failed.isEmpty()
                    ? CompletableFuture.<Void>completedFuture(null)
                    : anew(name, failed.get()));
  }

  private CompletableFuture<Void> anew(String name, SuspendedVms.Failed failed) {
    log.warn("{} can't be resumed, it is cloned and booted: {}", ref(name), failed.why());
    return powerOff(name)
        .thenCompose(off -> destroy(name))
        .thenCompose(gone -> cloneVm(failed.source(), name, failed.mark(), false))
        .thenCompose(made -> boot(name));
  }

  /** Keeps it suspended under another name, as nobody's. */
  CompletableFuture<Void> suspend(String name, Duration boot) {
    return suspended
        .suspend(name, boot)
        .thenRun(() -> forget(name))
        .whenComplete((nothing, failure) -> lookSoon());
  }

  /** Destroys a suspended guest of the ledger's, if one is to go. */
  void tidy(String ledger) {
    MacView seen = view();
    if (seen.isConnected() && seen.report().isPresent()) {
      CompletableFuture<Void> unused = suspended.tidy(seen.report().get(), ledger);
    }
  }

  private CompletableFuture<Void> boot(String name) {
    String what = "power-on of " + ref(name);
    return task(
            what, scripts.start(name, options.settle()), SHORT_TASK.plus(options.settle()), true)
        .thenAccept(
            result -> {
              if (result.out().contains("is already running")) {
                return;
              }
              try {
                succeeded(what, result);
              } catch (Refused refused) {
                if (refused.kind().equals(TartRefusal.SYSTEM_LIMIT)) {
                  limited(name);
                }
                throw refused;
              }
            })
        .whenComplete((nothing, failure) -> lookSoon());
  }

  private void limited(String name) {
    synchronized (this) {
      view = view.refused(name, clock.instant());
      refusedDuring = looks;
      log.warn(
          "{} says that it runs as many VMs as it may, and {} are known to: the rest of its slots"
              + " is withheld",
          mac.name(),
          view.limit().most().orElse(0));
    }
    onNews.run();
  }

  CompletableFuture<Void> powerOff(String name) {
    String what = "power-off of " + ref(name);
    return task(what, scripts.stop(name), SHORT_TASK, false)
        .thenCompose(
            result -> {
              boolean off = result.err().contains("is not running");
              if (result.code() == MacScripts.ABSENT) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              if (!off) {
                succeeded(what, result);
              }
              return off(what, name, LOOKS);
            });
  }

  private CompletableFuture<Void> off(String what, String name, int left) {
    return look()
        .thenCompose(
            nothing -> {
              MacView seen = view();
              if (!seen.isConnected()) {
                throw new OutcomeUnknown(what + ": " + seen.trouble().orElse(""), null);
              }
              if (seen.report().filter(report -> report.isOn(name)).isEmpty()) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              if (left == 0) {
                throw new Refused("StillRunning", what + ": it runs on", null);
              }
              return CompletableFuture.runAsync(
                      () -> {},
                      CompletableFuture.delayedExecutor(
                          LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS))
                  .thenCompose(later -> off(what, name, left - 1));
            });
  }

  CompletableFuture<Boolean> destroy(String name) {
    String what = "destruction of " + ref(name);
    return task(what, scripts.delete(name), SHORT_TASK, false)
        .thenApply(
            result -> {
              boolean there = result.code() == 0;
              if (!there && result.code() != MacScripts.ABSENT) {
                succeeded(what, result);
              }
              suspended.forget(name);
              forget(name);
              return there;
            });
  }

  /** Begins to fetch an image; how far it is, the next look tells. */
  CompletableFuture<Void> pull(String source) {
    String what = "pull of " + source + " on " + mac.name();
    return task(what, scripts.pull(source), SHORT_TASK, false)
        .thenAccept(result -> succeeded(what, result))
        .whenComplete((nothing, failure) -> lookSoon());
  }

  /** Ends and forgets it. */
  CompletableFuture<Void> endPull(String source) {
    String what = "end of the pull of " + source + " on " + mac.name();
    return task(what, scripts.endPull(source), SHORT_TASK, false)
        .thenAccept(result -> succeeded(what, result))
        .whenComplete((nothing, failure) -> lookSoon());
  }

  /** Asks it to reboot; refused while any VM runs there. */
  CompletableFuture<Void> reboot() {
    String what = "reboot of " + mac.name();
    return task(what, scripts.reboot(), SHORT_TASK, false)
        .thenAccept(
            result -> {
              if (result.code() == MacScripts.BUSY) {
                throw new Refused("HostInUse", what + ": a VM runs there or is being made", null);
              }
              if (result.code() == MacScripts.NOT_ALLOWED) {
                throw new Refused(
                    "NotAllowed",
                    what
                        + ": "
                        + mac.user()
                        + " may not run sudo -n /sbin/shutdown there: allow it in sudoers",
                    null);
              }
              succeeded(what, result);
            });
  }

  private void forget(String name) {
    synchronized (this) {
      gone.put(name, looks);
      view = view.without(name);
    }
    onNews.run();
  }

  private String ref(String name) {
    return new TartRefs.Vm(mac.name(), name).ref();
  }

  static void succeeded(String what, CommandResult result) {
    if (result.code() != 0) {
      throw TartRefusal.of(what, result);
    }
  }

  /**
   * Runs a script.
   *
   * @param elsewhere whether another Mac may do it as well: then it is this one's failure that it
   *     can't be reached
   */
  private CompletableFuture<CommandResult> task(
      String what, String script, Duration limit, boolean elsewhere) {
    return supply(
        () -> {
          try {
            return ssh.run(script, limit);
          } catch (SshFailure e) {
            String message = what + ": " + e.getMessage();
            if (e.begun()) {
              throw new OutcomeUnknown(message, e);
            }
            throw elsewhere
                ? new Refused("HostUnreachable", FailureScope.HOST, false, message, e)
                : new Unavailable(message, e);
          }
        });
  }

  private <T> CompletableFuture<T> supply(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new Unavailable("too much is asked of the Macs at a time", e));
    }
  }

  /** What went wrong with looking, as a failure. */
  HypervisorFailure unavailable(String what) {
    return new Unavailable(
        what + ": " + mac.name() + " is not reached: " + view().trouble().orElse(""), null);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    ssh.close();
  }
}
