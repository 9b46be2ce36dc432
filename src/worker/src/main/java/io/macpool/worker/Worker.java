package io.macpool.worker;

import io.macpool.service.Resources;
import io.macpool.service.setting.Settings;
import io.macpool.worker.job.JobQueue;
import io.macpool.worker.job.processor.ProcessorPool;
import io.macpool.worker.job.processor.RunningJobs;
import io.macpool.worker.remote.ControlledWorker;
import io.macpool.worker.remote.RemoteControl;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running worker. It ends when it is drained and closed; closing it at once gives its running
 * jobs back. Several can live in one JVM.
 */
public final class Worker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  /**
   * How long jobs may take to be given back: their logs closed, reports confirmed, VMs released.
   */
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);

  /** The same without a broker to report to: then only the VMs can be released. */
  private static final Duration STOP_DEADLINE_CUT_OFF = Duration.ofSeconds(5);

  private final Resources resources;
  private final ProcessorPool pool;
  private final RunningJobs running;
  private final Optional<RemoteControl> remote;
  private final JobQueue queue;
  private final Optional<String> stopHook;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Worker(Resources resources, Settings settings) {
    this.resources = resources;
    WorkerSetup setup = new WorkerSetup(resources, settings);
    this.pool = setup.pool();
    this.running = setup.running();
    this.queue = setup.queue();
    this.remote = setup.remoteControl(new Orders());
    CompletableFuture<Void> unused = pool.drained().thenRun(() -> ended.complete(null));
    this.stopHook = settings.find(WorkerSettings.STOP_HOOK);
    // Health is told by now; jobs, states and the heartbeat wait for the hook, however long.
    settings.find(WorkerSettings.START_HOOK).ifPresent(Hooks::start);
    if (pool.view().alive() == 0) { // unless remote control was faster
      pool.resize(settings.get(WorkerSettings.POOL_SIZE));
    }
    setup.begin();
    setup.watchHeartbeat(this::drain);
  }

  /**
   * Starts a worker. Neighbours that are out of reach do not keep it from starting: it is not ready
   * until they are there.
   *
   * @throws io.macpool.service.setting.SettingsException if settings contradict each other
   * @throws IllegalStateException if it can't listen
   */
  public static Worker start(Settings settings) {
    Resources resources = new Resources();
    try {
      return new Worker(resources, settings);
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /** The port of the remote-control API; empty if it is not served. */
  public OptionalInt remotePort() {
    return remote.map(control -> OptionalInt.of(control.port())).orElse(OptionalInt.empty());
  }

  /** Takes no further job; running ones finish. Returns at once. */
  public void drain() {
    pool.drain();
  }

  /** Completes when a drain is over, or the worker closed: nothing runs here any more. */
  public CompletableFuture<Void> drained() {
    return ended.copy();
  }

  /** Whether nothing runs here any more, nor ever will. */
  public boolean isDrained() {
    return ended.isDone();
  }

  /** Whether it is connected to its queue. */
  public boolean isReady() {
    return queue.outage().isEmpty();
  }

  /** The processors at this moment. */
  public ProcessorPool.View view() {
    return pool.view();
  }

  /** Makes the pool larger or smaller; running jobs finish. */
  public void resizeBy(int change) {
    pool.resizeBy(change);
  }

  /** Pauses the pool, or lets it go on. */
  public void togglePause() {
    pool.togglePause();
  }

  /** Stops now: running jobs are given back. Bounded. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    pool.drain();
    running.stop();
    try {
      Duration deadline = isReady() ? STOP_DEADLINE : STOP_DEADLINE_CUT_OFF;
      pool.drained()
          .thenCompose(drained -> running.cleared())
          .get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn(
          "{} jobs could not be given back in time: the queue will hand them out again; instances"
              + " that could not be released are left to the broker",
          running.all().size());
    } catch (ExecutionException e) {
      log.warn("draining failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    resources.close();
    stopHook.ifPresent(Hooks::stop);
    ended.complete(null);
  }

  /** What the remote-control API may order. */
  private final class Orders implements ControlledWorker.Shutdown {

    @Override
    public void drain() {
      Worker.this.drain();
    }

    @Override
    public void stopNow() {
      pool.drain();
      running.stop();
    }
  }
}
