package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.kubernetes.node.Kubelet;
import io.macpool.sim.kubernetes.node.PodRunner;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ObjectStore.Change;
import io.macpool.sim.kubernetes.store.Quotas;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import io.macpool.sim.kubernetes.verb.Verbs;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a controller manager and a node do, on one thread: changes mark what is to be looked at
 * again, a tick every 50 ms asks the running pods how they are.
 */
final class Controllers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Controllers.class);
  private static final Duration TICK = Duration.ofMillis(50);
  private static final Duration CLOSING = Duration.ofSeconds(10);
  private static final int LAUNCHES = 4;

  private final ObjectStore store;
  private final ScheduledExecutorService loop =
      Executors.newSingleThreadScheduledExecutor(threads("kubernetes-controllers"));
  private final ExecutorService launches =
      Executors.newFixedThreadPool(LAUNCHES, threads("kubernetes-launch"));
  private final Set<ObjectKey> marked = new LinkedHashSet<>();
  private final Deployments deployments;
  private final ReplicaSets sets;
  private final Kubelet kubelet;
  private final GarbageCollector garbage;
  private Future<?> ticking = CompletableFuture.completedFuture(null);

  Controllers(
      ObjectStore store,
      Verbs verbs,
      ResourceTypes types,
      PodRunner runner,
      Clock clock,
      Path directory) {
    this.store = store;
    ResourceType pods = types.ofResource("pods").orElseThrow();
    ResourceType setType = types.ofResource("replicasets.apps").orElseThrow();
    ResourceType deploymentType = types.ofResource("deployments.apps").orElseThrow();
    deployments = new Deployments(store, verbs, deploymentType, setType);
    sets = new ReplicaSets(store, verbs, setType, pods);
    kubelet =
        new Kubelet(
            new LocalNodeApi(store, verbs, pods),
            runner,
            clock,
            directory,
            launches,
            this::execute);
    garbage = new GarbageCollector(store, verbs, types);
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  void start() {
    store.follow(store.revision(), change -> execute(() -> observe(change)));
    ticking =
        loop.scheduleWithFixedDelay(
            () -> guarded(kubelet::tick), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void execute(Runnable task) {
    try {
      loop.execute(() -> guarded(task));
    } catch (RejectedExecutionException closing) {
      log.debug("a change came while closing", closing);
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.warn("a simulated controller failed", e);
    }
  }

  private void observe(Change change) {
    garbage.observe(change);
    JsonNode object = change.object();
    switch (change.key().resource()) {
      case "deployments.apps", "replicasets.apps", "pods" -> {
        mark(change.key());
        Metadata.controller(object)
            .flatMap(owner -> keyOf(owner, change.key().namespace()))
            .ifPresent(this::mark);
      }
      case Quotas.RESOURCE -> // what was refused may be taken now
          store
              .list("replicasets.apps", change.key().namespace())
              .forEach(
                  set ->
                      mark(
                          new ObjectKey(
                              "replicasets.apps", change.key().namespace(), Metadata.name(set))));
      default -> {
        // Nothing else is controlled here.
      }
    }
  }

  private static Optional<ObjectKey> keyOf(JsonNode owner, String namespace) {
    String name = owner.path("name").asText();
    return switch (owner.path("kind").asText()) {
      case "Deployment" -> Optional.of(new ObjectKey("deployments.apps", namespace, name));
      case "ReplicaSet" -> Optional.of(new ObjectKey("replicasets.apps", namespace, name));
      default -> Optional.empty();
    };
  }

  /** Marks once what several changes concern: it is looked at after the changes queued before. */
  private void mark(ObjectKey key) {
    if (marked.add(key)) {
      execute(
          () -> {
            marked.remove(key);
            reconcile(key);
          });
    }
  }

  private void reconcile(ObjectKey key) {
    switch (key.resource()) {
      case "deployments.apps" -> deployments.reconcile(key);
      case "replicasets.apps" -> sets.reconcile(key);
      default -> kubelet.observe(key);
    }
  }

  boolean crash(String namespace, String name) {
    return ask(() -> kubelet.crash(namespace, name));
  }

  boolean cutOff(String namespace, String name, boolean silent) {
    return ask(() -> kubelet.cutOff(namespace, name, silent));
  }

  /** What a pod's container has logged; empty if there is no such container. */
  CompletableFuture<Optional<List<String>>> log(String namespace, String name) {
    return CompletableFuture.supplyAsync(() -> kubelet.log(namespace, name), loop);
  }

  private boolean ask(Callable<Boolean> question) {
    try {
      return loop.submit(question).get(CLOSING.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the simulated node does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    ticking.cancel(false);
    execute(kubelet::killAll);
    loop.shutdown();
    launches.shutdown();
    end(loop::shutdownNow, loop);
    end(launches::shutdownNow, launches);
  }

  private static void end(Runnable force, ExecutorService executor) {
    try {
      if (!executor.awaitTermination(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
        force.run();
        log.warn("a simulated controller did not end in {}", CLOSING);
      }
    } catch (InterruptedException e) {
      force.run();
      Thread.currentThread().interrupt();
    }
  }
}
