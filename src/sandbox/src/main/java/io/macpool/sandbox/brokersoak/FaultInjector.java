package io.macpool.sandbox.brokersoak;

import io.macpool.sandbox.brokersoak.FaultPlan.Kind;
import io.macpool.sandbox.brokersoak.FaultPlan.Planned;
import io.macpool.sim.vcenter.Administrator;
import io.macpool.sim.vcenter.MachineView;
import io.macpool.sim.vcenter.VCenterSimulator;
import io.macpool.sim.vcenter.fault.FaultAction;
import io.macpool.sim.vcenter.fault.FaultRule;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out a plan while clients work, and mends what is still broken when it is closed. Stopping
 * and starting the database takes its time: it has a thread of its own, all else another.
 */
final class FaultInjector implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FaultInjector.class);
  private static final long END_SECONDS = 90;
  private static final long RETRY_SECONDS = 2;
  private static final String CLONES = "Clones";
  private static final String PARKED = "Parked";

  /** What mends itself or is mended; it may fail in any way. */
  private interface Action {
    void run() throws Exception;
  }

  private final VCenterSimulator vcenter;
  private final Administrator person;
  private final DatabasePair database;
  private final List<Replica> replicas;
  private final Observations seen;
  private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
  private final Deque<Action> mends = new ArrayDeque<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "troubles"));
  private final ScheduledExecutorService databaseThread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "database-troubles"));
  private int stops;
  private volatile int callsFailed;

  FaultInjector(
      VCenterSimulator vcenter, DatabasePair database, List<Replica> replicas, Observations seen) {
    this.vcenter = vcenter;
    this.person = vcenter.administrator();
    this.database = database;
    this.replicas = replicas;
    this.seen = seen;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // end with the executors; the tasks never throw
  void begin(List<Planned> plan) {
    for (Planned next : plan) {
      boolean ofDatabase =
          next.kind() == Kind.DATABASE_STOPPED || next.kind() == Kind.DATABASE_FAILED_OVER;
      (ofDatabase ? databaseThread : thread)
          .schedule(() -> happen(next), next.after().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void happen(Planned next) {
    attempt(next.kind().word(), () -> befall(next));
  }

  private void attempt(String what, Action action) {
    try {
      action.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.warn("trouble that could not be made: {}", what, e);
      seen.trouble("could not be done: " + what + ": " + e);
    }
  }

  private void befall(Planned next) throws Exception {
    switch (next.kind()) {
      case VCENTER_AWAY -> {
        vcenter.goAway();
        lasting(next, "vCenter is away", "vCenter is back", vcenter::comeBack);
      }
      case WATCH_SILENT -> {
        vcenter
            .faults()
            .add(FaultRule.once("WaitForUpdatesEx", new FaultAction.Delay(next.lasts())));
        told(next.kind(), "the next WaitForUpdatesEx is not answered for " + words(next.lasts()));
      }
      case HOST_REFUSES -> {
        String host = host(next);
        person.refuseClones(host, true);
        lasting(
            next,
            host + " refuses clones",
            host + " takes clones again",
            () -> person.refuseClones(host, false));
      }
      case HOST_DISCONNECTED -> {
        String host = host(next);
        vcenter.disconnectHost(host);
        reconnect(next, host, host + " is disconnected");
      }
      case HOST_CRASHED -> {
        String host = host(next);
        vcenter.crashHost(host);
        reconnect(next, host, host + " crashed, and its machines with it");
      }
      case HOST_IN_MAINTENANCE -> {
        String host = host(next);
        vcenter.maintenance(host, true);
        lasting(
            next,
            host + " is in maintenance",
            host + " is out of maintenance",
            () -> vcenter.maintenance(host, false));
      }
      case REPLICA_KILLED -> kill(next);
      case DATABASE_STOPPED -> stopDatabase(next);
      case DATABASE_FAILED_OVER -> {
        seen.trouble("the database fails over; the old primary stays up, read-only");
        database.failOver();
        told(next.kind(), "the new primary has the address");
      }
      case FOLDER_CHANGED, RENAMED, LEFT_INVENTORY -> meddle(next);
      case CALLS_FAIL -> {
        Faults.befall(vcenter.faults());
        told(next.kind(), "calls to vCenter fail now and then from here on");
        mends.push(vcenter.faults()::clear);
      }
      case CLOCKS_APART -> told(next.kind(), "the second replica's clock is behind");
    }
  }

  /** One lives on: while the other has not come up yet, the kill waits. */
  @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor; the task never throws
  private void kill(Planned next) {
    Replica replica = replicas.get(next.pick() % replicas.size());
    if (replicas.stream().anyMatch(other -> other != replica && !other.isUp())) {
      thread.schedule(() -> happen(next), RETRY_SECONDS, TimeUnit.SECONDS);
    } else if (replica.kill()) {
      told(next.kind(), replica.name() + " is killed");
    }
  }

  private void stopDatabase(Planned next) throws Exception {
    boolean freeze = stops++ % 2 == 0;
    if (freeze) {
      database.freeze();
    } else {
      database.crash();
    }
    told(
        next.kind(),
        (freeze ? "the database is frozen (SIGSTOP)" : "the database is stopped")
            + " for "
            + words(next.lasts()));
    try {
      TimeUnit.MILLISECONDS.sleep(next.lasts().toMillis());
    } finally {
      // Also when the run ends meanwhile.
      boolean interrupted = Thread.interrupted();
      if (freeze) {
        database.thaw();
      } else {
        database.restart();
      }
      seen.trouble("the database is back");
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void meddle(Planned next) {
    List<String> names =
        vcenter.clones().stream()
            .filter(machine -> machine.poweredOn() && !machine.address().isEmpty())
            .map(MachineView::original)
            .sorted()
            .toList();
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(next.pick() % names.size());
    switch (next.kind()) {
      case FOLDER_CHANGED -> {
        if (person.moveToFolder(name, PARKED)) {
          count(next.kind());
          if (next.pick() % 2 == 0) {
            later(next.lasts(), () -> person.moveToFolder(name, CLONES));
          }
        }
      }
      case RENAMED -> {
        if (person.rename(name, "do-not-delete-" + name.substring(0, Math.min(8, name.length())))) {
          count(next.kind());
        }
      }
      default -> {
        if (person.unregister(name)) {
          count(next.kind());
          later(next.lasts(), () -> person.register(name));
        }
      }
    }
  }

  private void reconnect(Planned next, String host, String words) {
    lasting(next, words, host + " is back", () -> vcenter.reconnectHost(host));
  }

  private String host(Planned next) {
    return vcenter.hosts().get(next.pick() % vcenter.hosts().size());
  }

  private void lasting(Planned next, String words, String after, Action mend) {
    told(next.kind(), words + " for " + words(next.lasts()));
    later(
        next.lasts(),
        () -> {
          mend.run();
          seen.trouble(after);
        });
  }

  /** Mends in time, or at the end if that is sooner; twice does no harm. */
  @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor; the task never throws
  private void later(Duration after, Action mend) {
    mends.push(mend);
    thread.schedule(
        () -> {
          mends.remove(mend);
          attempt("mending", mend);
        },
        after.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void told(Kind kind, String what) {
    seen.trouble(what);
    count(kind);
  }

  private synchronized void count(Kind kind) {
    done.merge(kind, 1, Integer::sum);
  }

  private static String words(Duration time) {
    return String.format(java.util.Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }

  /** Calls to vCenter that were made to fail; known once this is closed. */
  int callsFailed() {
    return callsFailed;
  }

  /** How often each kind happened. */
  synchronized Map<Kind, Integer> done() {
    return new EnumMap<>(done);
  }

  /** Nothing more goes wrong, and nothing stays broken. */
  @Override
  public void close() {
    thread.shutdownNow();
    databaseThread.shutdownNow();
    try {
      if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)
          || !databaseThread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a mishap still happens after {} s", END_SECONDS);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    callsFailed = vcenter.faults().struck(); // mending forgets them
    for (Action mend = mends.poll(); mend != null; mend = mends.poll()) {
      attempt("mending at the end", mend);
    }
    seen.trouble("all is mended");
  }
}
