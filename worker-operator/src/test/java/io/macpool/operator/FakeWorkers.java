package io.macpool.operator;

import io.macpool.sim.kubernetes.node.PodRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Workers that speak the remote control and do as a test says: obey, ignore a size of 0 as the Go
 * worker does, hang. Watches the promise at every change of any worker: how many processors were
 * ever alive at once.
 */
final class FakeWorkers implements PodRunner, AutoCloseable {

  private final Map<String, FakeWorker> workers = new ConcurrentHashMap<>();
  private final Map<String, Integer> mostAlive = new ConcurrentHashMap<>();
  private final Map<String, Integer> mostInOne = new ConcurrentHashMap<>();
  private int mostInAll;
  private final List<String> history = new ArrayList<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "fake-worker");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Consumer<FakeWorker> preparation = worker -> {};

  @Override
  public RunningPod run(PodLaunch launch) {
    try {
      FakeWorker worker = new FakeWorker(launch, threads, this::changed);
      preparation.accept(worker);
      workers.put(launch.name(), worker);
      return worker;
    } catch (IOException e) {
      throw new UncheckedIOException("fake worker on " + launch.podIp(), e);
    }
  }

  /** What is done to each worker before it is known. */
  void prepare(Consumer<FakeWorker> how) {
    preparation = how;
  }

  private synchronized void changed(FakeWorker worker) {
    workers.values().removeIf(FakeWorker::ended);
    mostAlive.merge(worker.cluster(), alive(worker.cluster()), Math::max);
    mostInOne.merge(worker.cluster(), worker.alive(), Math::max);
    int all = workers.values().stream().mapToInt(FakeWorker::alive).sum();
    mostInAll = Math.max(mostInAll, all);
    history.add(
        Instant.now() + " " + worker.pod() + " has " + worker.alive() + ", all have " + all);
  }

  /** Each change of a size, and what all had then. */
  synchronized String history() {
    return String.join("\n", history);
  }

  /** Processors alive over all pods whose {@code CLUSTER} variable is this. */
  int alive(String cluster) {
    return of(cluster).stream().mapToInt(FakeWorker::alive).sum();
  }

  /** The most processors that were ever alive at once. */
  int mostAlive(String cluster) {
    return mostAlive.getOrDefault(cluster, 0);
  }

  /** The most processors that were ever alive at once in one pod. */
  int mostInOne(String cluster) {
    return mostInOne.getOrDefault(cluster, 0);
  }

  /** The most processors that were ever alive at once over all clusters. */
  synchronized int mostInAll() {
    return mostInAll;
  }

  void forgetMostAlive() {
    mostAlive.clear();
  }

  List<FakeWorker> of(String cluster) {
    return workers.values().stream()
        .filter(worker -> worker.cluster().equals(cluster) && !worker.ended())
        .sorted(Comparator.comparing(FakeWorker::pod))
        .toList();
  }

  List<Integer> sizes(String cluster) {
    return of(cluster).stream()
        .map(FakeWorker::expected)
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  Collection<FakeWorker> all() {
    return workers.values();
  }

  @Override
  public void close() {
    workers.values().forEach(FakeWorker::kill);
    threads.shutdownNow();
  }
}
