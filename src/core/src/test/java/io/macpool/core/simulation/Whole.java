package io.macpool.core.simulation;

import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/** Job broker, workers, broker of instances, operator and scheduler, in virtual time. */
final class Whole {

  /**
   * How it went.
   *
   * @param overlaps runs that began beside another that was out of reach for a lease
   * @param befallen kinds of mishaps that happened
   * @param fingerprint of all that happened: the same for the same seed
   */
  record Result(
      long events,
      int jobs,
      int runs,
      int resets,
      int overlaps,
      Set<Mishap> befallen,
      Duration simulated,
      String fingerprint) {}

  /** Some kinds of mishaps: fewer kinds meet more often in ways that many would drown. */
  static Set<Mishap> someOf(long seed) {
    Random chance = new Random(seed);
    Set<Mishap> kinds = EnumSet.allOf(Mishap.class);
    if (seed % 4 != 0) {
      kinds.removeIf(kind -> chance.nextBoolean());
    }
    return kinds;
  }

  private static final Duration BAD = Duration.ofMinutes(25);
  private static final int QUIET_MINUTES = 120;
  private static final Duration OPERATOR_STARTS = Duration.ofSeconds(8);

  private final Set<Mishap> kinds;
  private final Planted planted;
  private final VirtualTime time;
  private final Life life = new Life(1);
  private final JobPromises promises;
  private final JobBroker jobBroker;
  private final Instances instances;
  private final Scheduler scheduler;
  private final Mishaps mishaps;
  private final List<Cluster> clusters = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final int slots;
  private Operator operator;
  private boolean bad = true;
  private int started;

  Whole(long seed, Set<Mishap> kinds, Planted planted) {
    this.kinds = kinds.isEmpty() ? EnumSet.noneOf(Mishap.class) : EnumSet.copyOf(kinds);
    this.planted = planted;
    time = new VirtualTime(seed);
    promises = new JobPromises(time);
    slots = 3 + time.chance().nextInt(6);
    jobBroker =
        new JobBroker(
            time,
            promises,
            time.chance().nextBoolean()
                ? OptionalInt.empty()
                : OptionalInt.of(2 + time.chance().nextInt(19)));
    instances = new Instances(time, promises, slots);
    scheduler = new Scheduler(time, jobBroker, promises);
    mishaps = new Mishaps(this, this.kinds);
    int count = 1 + time.chance().nextInt(2);
    for (int i = 0; i < count; i++) {
      clusters.add(new Cluster(this, "jobs-" + (char) ('a' + i)));
    }
    operator = newOperator();
  }

  VirtualTime time() {
    return time;
  }

  /** What nobody can end: Kubernetes, and chance. */
  Life life() {
    return life;
  }

  Planted planted() {
    return planted;
  }

  JobPromises promises() {
    return promises;
  }

  JobBroker jobBroker() {
    return jobBroker;
  }

  Instances instances() {
    return instances;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  List<Cluster> clusters() {
    return clusters;
  }

  /** Whether anything may go wrong now. */
  boolean isBad() {
    return bad;
  }

  private boolean goesWrong(Mishap kind) {
    return bad && kinds.contains(kind);
  }

  /** Whether something of that kind is lost now. */
  boolean loses(Mishap kind, double share) {
    boolean lost = goesWrong(kind) && time.happens(share);
    if (lost) {
      mishaps.note(kind);
    }
    return lost;
  }

  /** A worker process begins. */
  Worker start(String queue) {
    double pace = goesWrong(Mishap.CLOCKS_APART) ? 0.995 + time.chance().nextDouble() / 100 : 1;
    Worker worker = new Worker(this, "worker" + ++started, queue, new Life(pace));
    time.note(worker + " begins");
    workers.add(worker);
    worker.begin();
    return worker;
  }

  /** A worker process ends, whatever it had. */
  void end(Worker worker) {
    worker.life().end();
    worker.wire().gone();
    workers.remove(worker);
  }

  private Operator newOperator() {
    boolean isOff = goesWrong(Mishap.CLOCKS_APART);
    return new Operator(
        this, clusters, slots, isOff ? time.seconds(0, 60).minusSeconds(30) : Duration.ZERO);
  }

  void restartOperator() {
    time.note("the operator dies");
    operator.end();
    time.in(
        time.between(Duration.ofSeconds(1), OPERATOR_STARTS),
        life,
        () -> {
          operator.end();
          operator = newOperator();
        });
  }

  Result run() {
    scheduler.begin(clusters.stream().map(one -> one.name).toList(), BAD);
    jobBroker.failReports(kinds.contains(Mishap.REPORTS_FAIL));
    instances.lose(kinds.contains(Mishap.INSTANCE_CALLS_FAIL) ? 0.1 : 0);
    if (!kinds.isEmpty()) {
      mishaps.begin();
    }
    time.pass(BAD, this::check);
    bad = false;
    jobBroker.failReports(false);
    instances.lose(0);
    clusters.forEach(cluster -> cluster.edit(4));
    time.note("nothing goes wrong any more");
    for (int i = 0; i < QUIET_MINUTES && !left().isEmpty(); i++) {
      time.pass(Duration.ofMinutes(1), this::check);
    }
    promises.checkEnd(left());
    return new Result(
        time.happened(),
        scheduler.jobs(),
        promises.begun(),
        scheduler.resets(),
        promises.overlaps(),
        mishaps.befallen(),
        time.now(),
        time.fingerprint());
  }

  private void check() {
    promises.check();
    int alive = clusters.stream().mapToInt(Cluster::alive).sum();
    promises.processors("the pool", alive, slots);
  }

  private List<String> left() {
    List<String> left = new ArrayList<>(scheduler.unfinished());
    for (Cluster cluster : clusters) {
      long messages = jobBroker.ready(cluster.name) + jobBroker.unacked(cluster.name);
      if (messages > 0) {
        left.add(messages + " messages in " + cluster.name);
      }
    }
    jobBroker.locks.locked().forEach(key -> left.add("the lock of " + key));
    instances.all().forEach(one -> left.add(one.id + " of " + one.lease));
    workers.forEach(
        worker -> worker.runs().forEach(run -> left.add(run + " " + run.state().phase())));
    return left;
  }
}
