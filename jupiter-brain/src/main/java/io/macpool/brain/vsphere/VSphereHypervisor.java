package io.macpool.brain.vsphere;

import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineCloneSpec;
import com.vmware.vim25.VirtualMachineConfigSpec;
import com.vmware.vim25.VirtualMachineRelocateSpec;
import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.vsphere.access.VSphereOptions;
import io.macpool.core.Observed;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.fault.FailureScope;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** vSphere as the broker's hypervisor. */
public final class VSphereHypervisor implements Hypervisor {

  private final VSphereOptions options;
  private final Clock clock;
  private final VSphereConnection connection;
  private final List<Consumer<Inventory>> listeners = new CopyOnWriteArrayList<>();
  private volatile Sighting latest = new Sighting(Inventory.EMPTY, 0, System.nanoTime());
  private volatile Identities identities = Identities.NONE;
  private volatile @Nullable Instant confirmedAt;

  private VSphereHypervisor(
      Vertx vertx, VSphereOptions options, MeterRegistry meters, Clock clock) {
    this.options = options;
    this.clock = clock;
    this.connection =
        new VSphereConnection(
            vertx, options, meters, clock, () -> latest.inventory().version(), this::hear);
    Gauge.builder("vsphere.inventory.age", this, VSphereHypervisor::inventoryAge)
        .baseUnit("seconds")
        .register(meters);
  }

  /** Begins to connect and returns at once: an inventory is there when vCenter has answered. */
  public static VSphereHypervisor start(
      Vertx vertx, VSphereOptions options, MeterRegistry meters, Clock clock) {
    VSphereHypervisor hypervisor = new VSphereHypervisor(vertx, options, meters, clock);
    hypervisor.connection.start();
    return hypervisor;
  }

  private double inventoryAge() {
    Instant seen = confirmedAt;
    return seen == null ? Double.NaN : Duration.between(seen, clock.instant()).toMillis() / 1000.0;
  }

  private void hear(PropertyStream.News news) {
    Inventory inventory;
    synchronized (this) {
      inventory = news.inventory().map(all -> all.build(identities)).orElse(latest.inventory());
      latest = new Sighting(inventory, latest.confirmation() + 1, news.askedAt());
      confirmedAt = clock.instant();
    }
    if (news.inventory().isPresent()) {
      listeners.forEach(listener -> listener.accept(inventory));
    }
  }

  @Override
  public void identify(Identities known) {
    synchronized (this) {
      if (identities.equals(known)) {
        return;
      }
      identities = known;
      latest = latest.identified(known);
    }
  }

  @Override
  public void confirm() {
    connection.hurry();
  }

  @Override
  public Observed<Sighting> sighting() {
    Instant at = confirmedAt;
    Optional<String> trouble = connection.trouble();
    if (at == null) {
      return Observed.unknown(trouble.orElse("not read yet"), connection.troubleSince());
    }
    Observed<Sighting> known = Observed.known(latest, at);
    return known.afterFailure(
        trouble.orElse("no news from vCenter"), options.staleAfter(), clock.instant());
  }

  @Override
  public String peer() {
    return "vCenter";
  }

  @Override
  public Optional<String> unreachable() {
    return connection.away();
  }

  @Override
  public List<String> warnings() {
    return connection.warnings();
  }

  @Override
  public Inventory lastKnown() {
    return latest.inventory();
  }

  @Override
  public void onChange(Consumer<Inventory> listener) {
    listeners.add(listener);
  }

  @Override
  public CompletableFuture<Optional<Machine>> find(String name, Optional<String> host) {
    return connection.read("find " + name, session -> DirectReads.find(session, name));
  }

  @Override
  public CompletableFuture<Optional<Machine>> locate(String ref, Optional<String> uuid) {
    return connection.read("look for " + ref, session -> DirectReads.locate(session, ref, uuid));
  }

  @Override
  public CompletableFuture<Inventory> read() {
    Inventory known = lastKnown();
    return connection.read(
        "read the folder of clones", session -> DirectReads.all(session, known, identities));
  }

  @Override
  public boolean mayBeCloning(String imageRef) {
    return connection.mayBeCloning(imageRef);
  }

  @Override
  public CompletableFuture<String> cloneLinked(CloneOrder order) {
    String what = "clone of " + order.image().name() + " as " + order.name();
    if (order.image().version().isEmpty()) {
      return CompletableFuture.failedFuture(
          new HypervisorFailure.Refused(
              "NoSnapshot",
              FailureScope.IMAGE,
              false,
              what + ": the image has no snapshot named base",
              null));
    }
    VirtualMachineRelocateSpec location = new VirtualMachineRelocateSpec();
    location.diskMoveType = "createNewChildDiskBacking";
    order.host().ifPresent(id -> location.host = VimSession.reference("HostSystem", id));
    VirtualMachineCloneSpec spec = new VirtualMachineCloneSpec();
    spec.location = location;
    spec.powerOn = false;
    spec.template = false;
    spec.config = new VirtualMachineConfigSpec();
    spec.config.extraConfig = Marks.of(order.mark());
    spec.snapshot = VimSession.reference("VirtualMachineSnapshot", order.image().version().get());
    return connection
        .once(
            what,
            session -> {
              location.pool = session.resourcePool();
              return session
                  .vim()
                  .cloneVM_Task(
                      VSphereConnection.machine(order.image().ref()),
                      session.machineFolder(),
                      order.name(),
                      spec);
            })
        .thenApply(result -> made(what, result));
  }

  @Override
  public CompletableFuture<String> cloneInstantly(CloneOrder order) {
    String what = "instant clone of " + order.image().name() + " as " + order.name();
    return connection
        .once(
            what,
            session ->
                InstantClone.start(session, VSphereConnection.machine(order.image().ref()), order))
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
    return connection
        .settle(
            "resize of " + ref,
            Set.of(),
            session -> session.vim().reconfigVM_Task(VSphereConnection.machine(ref), spec))
        .<Void>thenApply(nothing -> null)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(ofSize(failure)));
  }

  /** Of a new size alone an argument can be wrong in no other way than by its value. */
  private static Throwable ofSize(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof HypervisorFailure.Refused refused
            && refused.kind().equals("InvalidArgument")
        ? new HypervisorFailure.Refused(
            refused.kind(),
            FailureScope.REQUEST,
            !refused.nothingWasDone(),
            String.valueOf(refused.getMessage()),
            refused)
        : Objects.requireNonNullElse(cause, failure);
  }

  @Override
  public CompletableFuture<Void> powerOn(String ref) {
    return connection
        .settle(
            "power-on of " + ref,
            Set.of("InvalidPowerState"),
            session -> session.vim().powerOnVM_Task(VSphereConnection.machine(ref), null))
        .<Void>thenApply(done -> null)
        .exceptionallyCompose(
            failure -> {
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              return CompletableFuture.failedFuture(
                  cause instanceof HypervisorFailure known
                      ? connection.explained(ref, known)
                      : cause);
            });
  }

  @Override
  public CompletableFuture<Void> powerOff(String ref) {
    return connection.powerOff(ref);
  }

  @Override
  public CompletableFuture<Boolean> destroy(String ref) {
    return connection.destroy(ref);
  }

  /**
   * By force, as else it would have to enter maintenance mode, and nobody might end that: what runs
   * is therefore looked at first.
   */
  @Override
  public CompletableFuture<Void> reboot(String host) {
    String what = "reboot of " + lastKnown().hostName(host);
    return connection
        .read("what runs on " + host, session -> DirectReads.running(session, host))
        .thenCompose(
            running ->
                running.isEmpty()
                    ? connection.once(
                        what,
                        session ->
                            session
                                .vim()
                                .rebootHost_Task(VimSession.reference("HostSystem", host), true))
                    : CompletableFuture.failedFuture(
                        new HypervisorFailure.Refused(
                            "HostInUse", what + ": these VMs are on: " + running, null)))
        .thenApply(done -> null);
  }

  @Override
  public void close() {
    connection.close();
  }
}
