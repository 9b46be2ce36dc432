package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineCloneSpec;
import com.vmware.vim25.VirtualMachineConfigSpec;
import com.vmware.vim25.VirtualMachineRelocateSpec;
import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.service.Resources;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** vSphere as the broker's hypervisor. */
public final class VSphereHypervisor implements Hypervisor {

  private static final Logger log = LoggerFactory.getLogger(VSphereHypervisor.class);
  private static final int CALLS = 16;
  private static final Duration TICK = Duration.ofSeconds(1);

  /** A task that events have not told of for this long is looked at directly. */
  private static final Duration EVENT_PATIENCE = Duration.ofSeconds(5);

  private final VSphereOptions options;
  private final Clock clock;
  private final Resources resources = new Resources();
  private final Sessions sessions;
  private final TaskTracker tasks;
  private final Caller calls;
  private final Caller reads;
  private final List<Consumer<Inventory>> listeners = new CopyOnWriteArrayList<>();
  private volatile Inventory latest = Inventory.EMPTY;
  private volatile Instant confirmedAt;

  private VSphereHypervisor(
      Vertx vertx, VSphereOptions options, MeterRegistry meters, Clock clock) {
    this.options = options;
    this.clock = clock;
    SoapTransport transport =
        resources.own(
            "connections to vCenter",
            new SoapTransport(
                vertx, options.endpoint(), options.trust(), CALLS + options.reads() + 2));
    CircuitBreaker breaker = new CircuitBreaker(5, Duration.ofSeconds(2), clock);
    VSphereTasks.Bridge bridge = new VSphereTasks.Bridge();
    this.tasks = new TaskTracker(clock, bridge);
    VimSession.Paths paths =
        new VimSession.Paths(options.basePath(), options.machinePath(), options.clusterPath());
    this.sessions =
        new Sessions(
            () -> {
              VimClient client =
                  new VimClient(transport, options.endpoint(), options.callLimit(), meters);
              meters.counter("vsphere.logins").increment();
              return VimSession.open(client, options.endpoint(), paths);
            },
            options.endpoint(),
            options.callLimit(),
            tasks,
            () -> latest.version(),
            this::hear,
            clock);
    this.calls =
        resources.own("calls to vCenter", new Caller("vsphere-call", CALLS, sessions, breaker));
    this.reads =
        resources.own(
            "reads of vCenter", new Caller("vsphere-read", options.reads(), sessions, breaker));
    bridge.to(calls.executor());
    resources.own("session with vCenter", sessions);
    Gauge.builder("vsphere.inventory.age", this, VSphereHypervisor::inventoryAge)
        .baseUnit("seconds")
        .register(meters);
    Gauge.builder("vsphere.breaker.open", breaker, b -> b.isOpen() ? 1 : 0).register(meters);
  }

  /** Begins to connect and returns at once: an inventory is there when vCenter has answered. */
  @SuppressWarnings("FutureReturnValueIgnored") // the tick handles its failures itself
  public static VSphereHypervisor start(
      Vertx vertx, VSphereOptions options, MeterRegistry meters, Clock clock) {
    VSphereHypervisor hypervisor = new VSphereHypervisor(vertx, options, meters, clock);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "vsphere-timer");
              thread.setDaemon(true);
              return thread;
            });
    hypervisor.resources.own("timer of vSphere tasks", timer::shutdownNow);
    timer.scheduleWithFixedDelay(
        hypervisor::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    hypervisor.sessions.start();
    return hypervisor;
  }

  private double inventoryAge() {
    Instant seen = confirmedAt;
    return seen == null ? Double.NaN : Duration.between(seen, clock.instant()).toMillis() / 1000.0;
  }

  private void hear(Optional<Inventory> news) {
    confirmedAt = clock.instant();
    if (news.isPresent()) {
      latest = news.get();
      listeners.forEach(listener -> listener.accept(news.get()));
    }
  }

  private void tick() {
    try {
      tasks.expire();
      for (ManagedObjectReference task : tasks.unseen(EVENT_PATIENCE)) {
        look(task);
      }
    } catch (RuntimeException e) {
      log.error("looking after vSphere tasks failed; the next look is in a second", e);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the next tick looks again at what failed
  private void look(ManagedObjectReference task) {
    String[] paths = TaskTracker.PATHS.toArray(String[]::new);
    reads
        .call(
            "look at task " + task.val,
            true,
            session -> session.properties(List.of(task), paths).get(task.val))
        .whenComplete(
            (values, failure) -> {
              if (failure instanceof HypervisorFailure.Absent
                  || (failure == null && values == null)) {
                tasks.lose(task.val);
              } else if (failure == null) {
                tasks.update(task.val, values);
                tasks.forgetUnlessPending(task.val);
              }
            });
  }

  @Override
  public Observed<Inventory> inventory() {
    Instant at = confirmedAt;
    Optional<String> trouble = sessions.trouble();
    if (at == null) {
      return Observed.unknown(trouble.orElse("not read yet"), sessions.troubleSince());
    }
    Observed<Inventory> known = Observed.known(latest, at);
    return known.afterFailure(
        trouble.orElse("no news from vCenter"), options.staleAfter(), clock.instant());
  }

  @Override
  public Inventory lastKnown() {
    return latest;
  }

  @Override
  public void onChange(Consumer<Inventory> listener) {
    listeners.add(listener);
  }

  @Override
  public CompletableFuture<Optional<Machine>> find(String name) {
    return reads.call("find " + name, true, session -> DirectReads.find(session, name));
  }

  @Override
  public CompletableFuture<Inventory> read() {
    Inventory known = latest;
    return reads.call(
        "read the folder of clones", true, session -> DirectReads.all(session, known));
  }

  @Override
  public boolean mayBeCloning(String imageRef) {
    return sessions.trouble().isPresent() || tasks.foreignCloneRuns(imageRef);
  }

  @Override
  public CompletableFuture<String> cloneLinked(CloneOrder order) {
    String what = "clone of " + order.image().name() + " as " + order.name();
    if (order.image().snapshot().isEmpty()) {
      return CompletableFuture.failedFuture(
          new HypervisorFailure.Refused(
              "NoSnapshot", what + ": the image has no snapshot named base", null));
    }
    VirtualMachineRelocateSpec location = new VirtualMachineRelocateSpec();
    location.diskMoveType = "createNewChildDiskBacking";
    order.host().ifPresent(id -> location.host = VimSession.reference("HostSystem", id));
    VirtualMachineCloneSpec spec = new VirtualMachineCloneSpec();
    spec.location = location;
    spec.powerOn = false;
    spec.template = false;
    spec.snapshot = VimSession.reference("VirtualMachineSnapshot", order.image().snapshot().get());
    return calls
        .call(
            what,
            false,
            session -> {
              VirtualMachineRelocateSpec here = spec.location;
              here.pool = session.resourcePool();
              return session
                  .vim()
                  .cloneVM_Task(
                      machine(order.image().ref()), session.machineFolder(), order.name(), spec);
            })
        .thenCompose(task -> tasks.watch(what, task, options.taskLimit()))
        .thenApply(result -> made(what, result));
  }

  @Override
  public CompletableFuture<String> cloneInstantly(CloneOrder order) {
    String what = "instant clone of " + order.image().name() + " as " + order.name();
    return calls
        .call(
            what,
            false,
            session ->
                InstantClone.start(
                    session, machine(order.image().ref()), order.name(), order.host()))
        .thenCompose(task -> tasks.watch(what, task, options.taskLimit()))
        .thenApply(result -> made(what, result));
  }

  private static String made(String what, Object result) {
    if (result instanceof ManagedObjectReference reference) {
      return reference.val;
    }
    throw new HypervisorFailure.OutcomeUnknown(what + ": the task ended without a machine", null);
  }

  @Override
  public CompletableFuture<Void> resize(String ref, Instance.Size size) {
    VirtualMachineConfigSpec spec = new VirtualMachineConfigSpec();
    spec.numCPUs = size.cpus() == 0 ? null : size.cpus();
    spec.memoryMB = size.ramMb() == 0 ? null : size.ramMb();
    return settle(
        "resize of " + ref, Set.of(), session -> session.vim().reconfigVM_Task(machine(ref), spec));
  }

  @Override
  public CompletableFuture<Void> powerOn(String ref) {
    return settle(
        "power-on of " + ref,
        Set.of("InvalidPowerState"),
        session -> session.vim().powerOnVM_Task(machine(ref), null));
  }

  @Override
  public CompletableFuture<Void> powerOff(String ref) {
    return settle(
        "power-off of " + ref,
        Set.of("InvalidPowerState", "absent"),
        session -> session.vim().powerOffVM_Task(machine(ref)));
  }

  @Override
  public CompletableFuture<Void> destroy(String ref) {
    return settle(
        "destruction of " + ref,
        Set.of("absent"),
        session -> session.vim().destroy_Task(machine(ref)));
  }

  private CompletableFuture<Void> settle(
      String what, Set<String> done, Caller.Call<ManagedObjectReference> start) {
    return new VSphereTasks(calls, tasks, options.taskLimit()).settle(what, done, start);
  }

  private static ManagedObjectReference machine(String ref) {
    return VimSession.reference("VirtualMachine", ref);
  }

  /** Why there is no session with vCenter, if there is none; for readiness. */
  public Optional<String> trouble() {
    return sessions.trouble();
  }

  @Override
  public void close() {
    resources.close();
  }
}
