package io.macpool.core.simulation;

import io.macpool.core.simulation.Instances.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What goes wrong, one thing after the other. */
final class Mishaps {

  private final Whole whole;
  private final VirtualTime time;
  private final List<Mishap> kinds;
  private final int most;
  private final Set<Mishap> befallen = EnumSet.noneOf(Mishap.class);

  Mishaps(Whole whole, Set<Mishap> kinds) {
    this.whole = whole;
    this.time = whole.time();
    this.most = time.happens(0.5) ? 60 : 15;
    this.kinds = List.copyOf(new TreeSet<>(kinds));
  }

  /** Which kinds have happened. */
  Set<Mishap> befallen() {
    return befallen;
  }

  void begin() {
    time.in(
        time.seconds(1, most),
        whole.life(),
        () -> {
          if (whole.isBad()) {
            befall(kinds.get(time.chance().nextInt(kinds.size())));
            begin();
          }
        });
  }

  /** Something of that kind happens, or is lost, at this moment. */
  void note(Mishap kind) {
    befallen.add(kind);
  }

  private void befall(Mishap kind) {
    switch (kind) {
      case CONNECTION_RESET -> worker(kind).ifPresent(one -> one.wire().reset());
      case CUT_OFF -> {
        Duration length = time.seconds(1, 90);
        worker(kind).ifPresent(one -> one.wire().cutOff(length));
      }
      case JOB_BROKER_AWAY -> {
        note(kind);
        whole.jobBroker().restart(time.seconds(1, 40));
      }
      case TAKEN_BACK -> {
        note(kind);
        whole.jobBroker().takeBack(queue(), 1 + time.chance().nextInt(3));
      }
      case NODE_GONE -> {
        note(kind);
        whole.jobBroker().loseNode(queue(), time.seconds(1, 30));
      }
      case WORKER_DIES -> pod(kind).ifPresent(pod -> cluster(pod).die(pod));
      case WORKER_STANDS_STILL -> {
        Duration length = time.seconds(1, 70);
        worker(kind)
            .ifPresent(
                one -> {
                  time.stop(one.life(), length);
                  one.wire().silentFor(length);
                });
      }
      case INSTANCES_AWAY -> {
        note(kind);
        whole.instances().goAway(time.seconds(1, 100));
      }
      case SESSION_LOST -> {
        List<Run> runs = new ArrayList<>();
        worker(kind).ifPresent(one -> runs.addAll(one.runs()));
        runs.forEach(Run::loseSession);
      }
      case INSTANCE_LOST -> {
        List<Instance> all = List.copyOf(whole.instances().all());
        if (!all.isEmpty()) {
          note(kind);
          boolean unused = whole.instances().delete(all.get(time.chance().nextInt(all.size())));
        }
      }
      case OPERATOR_DIES -> {
        note(kind);
        whole.restartOperator();
      }
      case ROLLOUT -> pod(kind).ifPresent(pod -> cluster(pod).terminate(pod));
      case EDITED -> {
        note(kind);
        Cluster cluster = whole.clusters().get(time.chance().nextInt(whole.clusters().size()));
        cluster.edit(time.chance().nextInt(7));
        time.note(cluster.name + " may run " + cluster.policy.maxJobs());
      }
      case REPORTS_FAIL, INSTANCE_CALLS_FAIL, REMOTE_CALLS_FAIL, QUEUE_UNREADABLE, CLOCKS_APART -> {
        note(kind); // all the time
      }
    }
  }

  private String queue() {
    return whole.clusters().get(time.chance().nextInt(whole.clusters().size())).name;
  }

  private Cluster cluster(Pod pod) {
    return whole.clusters().stream()
        .filter(one -> one.pods.contains(pod))
        .findFirst()
        .orElseThrow();
  }

  private Optional<Pod> pod(Mishap kind) {
    List<Pod> pods = new ArrayList<>();
    for (Cluster cluster : whole.clusters()) {
      cluster.pods.stream()
          .filter(pod -> pod.alive() > 0 && !(kind == Mishap.ROLLOUT && pod.isTerminating))
          .forEach(pods::add);
    }
    if (pods.isEmpty()) {
      return Optional.empty();
    }
    Pod pod = pods.get(time.chance().nextInt(pods.size()));
    note(kind);
    time.note(kind + " befalls " + pod.worker.orElseThrow());
    return Optional.of(pod);
  }

  private Optional<Worker> worker(Mishap kind) {
    return pod(kind).flatMap(pod -> pod.worker);
  }
}
