package io.macpool.sim.ssh;

import io.macpool.sim.net.Hold;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.common.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running guest: an address, a home, the processes in it and its connections.
 *
 * <p>Thread-safe. Once dead, nothing can be launched in it: launching and dying exclude each other,
 * so no process can slip in behind the last sweep.
 */
final class Guest {

  private static final Logger log = LoggerFactory.getLogger(Guest.class);

  /** From SIGHUP to SIGKILL when a channel closes. */
  private static final long HANG_UP_GRACE_MILLIS = 1000;

  private final String name;
  private final String address;
  private final Path home;
  private final GuestProcesses processes;
  private final Executor threads;
  private final Map<String, String> environment;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final Set<ProcessHandle> commands = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private GuestNetwork network = GuestNetwork.UP;
  private boolean dead;
  private volatile Hold uploads = Hold.closed();
  private volatile Duration loginTime = Duration.ZERO;

  Guest(String name, String mark, String address, Path home, Path tools, Executor threads) {
    this.name = name;
    this.address = address;
    this.home = home;
    this.processes = new GuestProcesses(mark, home);
    this.threads = threads;
    this.environment = environment(mark, home, tools);
  }

  private static Map<String, String> environment(String mark, Path home, Path tools) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", home.toString());
    environment.put("USER", GuestFleet.USER);
    environment.put("LOGNAME", GuestFleet.USER);
    environment.put("SHELL", "/bin/bash");
    String path = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.put("PATH", path + ":" + tools);
    environment.put("LANG", "C.UTF-8");
    environment.put(GuestProcesses.MARK, mark);
    // By this mark .ci/peers/run finds what a test's JVM could not end before it was killed itself.
    String run = System.getenv("PEERS_RUN");
    if (run != null) {
      environment.put("PEERS_RUN", run);
    }
    return Map.copyOf(environment);
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  Path home() {
    return home;
  }

  Map<String, String> environment() {
    return environment;
  }

  Process launch(ProcessBuilder builder) throws IOException {
    lock.lock();
    try {
      if (dead) {
        throw new IOException("the guest " + name + " is gone");
      }
      Process process = builder.start();
      commands.add(process.toHandle());
      return process;
    } finally {
      lock.unlock();
    }
  }

  /** The command has ended; what it left running is found by its mark. */
  void exited(ProcessHandle command) {
    commands.remove(command);
  }

  CompletableFuture<Void> io(String what, Runnable work) {
    return CompletableFuture.runAsync(named(what, work), threads);
  }

  void run(String what, Runnable work) {
    threads.execute(named(what, work));
  }

  private Runnable named(String what, Runnable work) {
    return () -> {
      Thread.currentThread().setName("guest-" + name + "-" + what);
      work.run();
    };
  }

  /** Blocks a command's output for as long as the guest's network hangs. */
  void awaitNotHung() throws IOException {
    lock.lock();
    try {
      while (network == GuestNetwork.HUNG && !dead) {
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the guest hangs", e);
    } finally {
      lock.unlock();
    }
  }

  void loginTime(Duration time) {
    loginTime = time;
  }

  /** How long a login takes. */
  Duration loginTime() {
    return loginTime;
  }

  Hold holdUploads() {
    Hold hold = new Hold();
    uploads = hold;
    return hold;
  }

  /** Blocks an upload for as long as they are held, and the guest lives. */
  void awaitUpload() {
    uploads.pass();
  }

  /** Hangs up what {@code command} started and did not detach. Returns at once. */
  void hangUp(ProcessHandle command) {
    List<ProcessHandle> attached = GuestProcesses.attached(command);
    if (attached.isEmpty()) {
      return;
    }
    run("hangup", () -> hangUpNow(attached));
  }

  private void hangUpNow(List<ProcessHandle> attached) {
    List<String> line = new ArrayList<>(List.of("kill", "-HUP"));
    attached.forEach(process -> line.add(Long.toString(process.pid())));
    try {
      new ProcessBuilder(line)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      CompletableFuture<?>[] ends =
          attached.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
      CompletableFuture.allOf(ends)
          .completeOnTimeout(null, HANG_UP_GRACE_MILLIS, TimeUnit.MILLISECONDS)
          .join();
    } catch (IOException e) {
      log.warn("can't hang up the processes of a closed channel in guest {}", name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    attached.forEach(ProcessHandle::destroyForcibly);
  }

  void connected(Session session) {
    sessions.add(session);
  }

  void disconnected(Session session) {
    sessions.remove(session);
  }

  /** Drops every connection without a word, as when a cable is cut. */
  void cut() {
    for (Session session : sessions) {
      session.close(true);
    }
  }

  GuestNetwork network() {
    lock.lock();
    try {
      return network;
    } finally {
      lock.unlock();
    }
  }

  void network(GuestNetwork next) {
    lock.lock();
    try {
      network = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Session session : sessions) {
      if (next == GuestNetwork.HUNG) {
        session.getIoSession().suspendRead();
      } else {
        session.getIoSession().resumeRead();
      }
    }
  }

  /** Ends connections and processes and deletes the home. Idempotent. */
  void die() {
    lock.lock();
    try {
      dead = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    uploads.close();
    cut();
    int left = processes.killAll(commands);
    if (left > 0) {
      log.warn("{} processes of guest {} outlived it", left, name);
    }
    try {
      Homes.delete(home);
    } catch (IOException e) {
      log.warn("can't delete the home of guest {}: {}", name, home, e);
    }
  }

  static Path makeHome(Path homes, String mark) {
    try {
      return Files.createDirectory(homes.resolve(mark)).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a guest's home below " + homes, e);
    }
  }
}
