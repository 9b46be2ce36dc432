package io.macpool.core.simulation;

import io.macpool.core.job.JobEvent;
import io.macpool.core.pool.PoolSize;
import io.macpool.core.simulation.Claims.Wait;
import io.macpool.core.simulation.VirtualTime.Life;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A worker process: its processors, what they run, and its lease. */
final class Worker implements Claims.Runs {

  private static final Duration CLAIM_LEASE = Duration.ofSeconds(25);
  private static final Duration RENEWAL = Duration.ofMillis(7_500);

  private final Whole whole;
  private final String name;
  private final Life life;
  private final Wire wire;
  private final Claims claims;
  private final List<Processor> processors = new ArrayList<>();
  private final Map<String, Run> runs = new LinkedHashMap<>();
  private final Set<Run> clearing = new LinkedHashSet<>();
  private Optional<Runnable> onDrained = Optional.empty();
  private int made;

  Worker(Whole whole, String name, String queue, Life life) {
    this.whole = whole;
    this.name = name;
    this.life = life;
    this.wire = new Wire(whole.time(), life, whole.jobBroker());
    this.claims = new Claims(name, wire, queue, CLAIM_LEASE, whole.planted(), this);
  }

  void begin() {
    wire.connect();
    renew();
    whole.time().every(RENEWAL, life, this::renew);
    whole.time().every(Duration.ofSeconds(1), life, this::lookWhetherDrained);
  }

  private void renew() {
    instances()
        .call(
            life,
            () -> {
              instances().renew(name);
              return true;
            },
            done -> {},
            () -> {});
  }

  static Duration claimLease() {
    return CLAIM_LEASE;
  }

  VirtualTime time() {
    return whole.time();
  }

  JobPromises promises() {
    return whole.promises();
  }

  Instances instances() {
    return whole.instances();
  }

  Planted planted() {
    return whole.planted();
  }

  Claims claims() {
    return claims;
  }

  Wire wire() {
    return wire;
  }

  Life life() {
    return life;
  }

  /** The lease of its instances: no other process's. */
  String lease() {
    return name;
  }

  void later(Duration pause, Runnable work) {
    time().after(pause, life, work);
  }

  @Override
  public boolean adopt(Delivery again) {
    Run run = runs.get(again.key());
    if (run == null || run.state().isGivenUp() || !run.isDeliveryLost()) {
      return false;
    }
    run.adopt(again);
    return true;
  }

  @Override
  public void takenElsewhere(String key) {
    Run run = runs.get(key);
    if (run != null) {
      run.tell(new JobEvent.TakenElsewhere("another worker"));
    }
  }

  // The pool of processors.

  private final class Processor {
    private Optional<Wait> wait = Optional.empty();
    private boolean busy;
    private boolean stopping;

    void next() {
      if (stopping) {
        processors.remove(this);
      } else if (!busy && wait.isEmpty()) {
        wait = Optional.of(claims.take(this::arrived));
      }
    }

    void arrived(Optional<Delivery> delivery) {
      wait = Optional.empty();
      if (delivery.isEmpty()) {
        return;
      }
      if (stopping) {
        delivery.get().giveBack();
        return;
      }
      busy = true;
      if (!run(delivery.get(), this::over)) {
        busy = false;
        next();
      }
    }

    void over() {
      busy = false;
      next();
    }

    void stop() {
      stopping = true;
      wait.ifPresent(Wait::cancel);
      if (!busy) {
        processors.remove(this);
      }
    }
  }

  /** Whether it is run: not if it runs here already. */
  private boolean run(Delivery delivery, Runnable onFree) {
    String key = delivery.key();
    Run present = runs.get(key);
    if (present != null && !present.state().isGivenUp()) {
      if (!adopt(delivery)) {
        delivery.giveBack();
      }
      return false;
    }
    Run[] run = new Run[1];
    run[0] =
        new Run(
            this,
            name + "-run" + ++made,
            whole.scheduler().job(delivery.message().job()),
            delivery,
            () -> {
              runs.remove(key, run[0]);
              onFree.run();
            });
    runs.put(key, run[0]);
    clearing.add(run[0]);
    run[0].begin();
    return true;
  }

  void resize(int size) {
    List<Processor> going = new ArrayList<>(processors);
    going.removeIf(one -> one.stopping);
    if (onDrained.isPresent()) {
      return;
    }
    for (int i = going.size(); i < size; i++) {
      Processor processor = new Processor();
      processors.add(processor);
      processor.next();
    }
    going.sort(Comparator.comparing(one -> one.busy));
    going.stream().limit(Math.max(0, going.size() - size)).forEach(Processor::stop);
  }

  /** Takes nothing any more, and tells when all it had is over. */
  void drain(Runnable drained) {
    if (onDrained.isEmpty()) {
      onDrained = Optional.of(drained);
      List.copyOf(processors).forEach(Processor::stop);
    }
  }

  private void lookWhetherDrained() {
    clearing.removeIf(run -> run.state().phase() == io.macpool.core.job.Phase.DONE);
    if (processors.isEmpty() && clearing.isEmpty()) {
      onDrained.ifPresent(Runnable::run);
    }
  }

  PoolSize size() {
    int expected = (int) processors.stream().filter(one -> !one.stopping).count();
    return new PoolSize(processors.size(), expected);
  }

  /** Jobs that keep a processor. */
  int running() {
    return (int) processors.stream().filter(one -> one.busy).count();
  }

  /** What it runs, or only clears up after. */
  List<Run> runs() {
    return List.copyOf(clearing);
  }

  @Override
  public String toString() {
    return name;
  }
}
