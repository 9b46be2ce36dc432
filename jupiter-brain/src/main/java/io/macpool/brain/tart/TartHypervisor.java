package io.macpool.brain.tart;

import io.macpool.brain.hypervisor.CloneOrder;
import io.macpool.brain.hypervisor.Hypervisor;
import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.tart.ssh.SshHosts;
import io.macpool.brain.tart.suspend.MeasuredStarts;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Macs with tart as the broker's hypervisor: see {@link MacDriver} for each. */
public final class TartHypervisor implements Hypervisor {

  /** What it is called among providers. */
  public static final String PROVIDER = TartRefs.PROVIDER;

  /** What all its ids and references begin with. */
  public static final String PREFIX = TartRefs.PREFIX;

  private static final Logger log = LoggerFactory.getLogger(TartHypervisor.class);
  private static final int MOST_THREADS = 256;
  private static final long IDLE_SECONDS = 30;

  private final SshHosts ssh;
  private final Clock clock;
  private final MeasuredStarts measured;
  private final TartOptions options;
  private final ExecutorService threads;
  private final MacRounds rounds;
  private final Macs macs;
  private final List<Consumer<Inventory>> listeners = new CopyOnWriteArrayList<>();

  // Guarded by this.
  private Sighting latest = new Sighting(Inventory.EMPTY, 0, System.nanoTime());
  private @Nullable Instant confirmedAt;
  private Identities identities = Identities.NONE;
  private final Instant since;

  private TartHypervisor(
      Vertx vertx,
      TartOptions options,
      HostsFile file,
      SshHosts ssh,
      MeasuredStarts measured,
      Clock clock) {
    this.options = options;
    this.ssh = ssh;
    this.clock = clock;
    this.since = clock.instant();
    this.measured = measured;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            0,
            MOST_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "tart-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    MacDriver.Site site = new MacDriver.Site(options, measured, threads, clock);
    this.macs =
        new Macs(
            file,
            options.hosts(),
            mac ->
                new MacDriver(
                    mac, ssh.host(mac.address(), mac.port(), mac.user()), site, this::seen),
            options
                .relay()
                .<GuestEndpoints>map(address -> relay(vertx, address))
                .orElse(GuestEndpoints.OPEN),
            new ImagePulls(() -> ThreadLocalRandom.current().nextDouble()));
    this.rounds = new MacRounds(macs, options.interval(), this::confirmed);
  }

  private GuestRelay relay(Vertx vertx, RelayAddress address) {
    return new GuestRelay(
        vertx,
        address,
        options.guestPort(),
        mac -> ssh.host(mac.address(), mac.port(), mac.user()),
        threads,
        this::seenSoon);
  }

  /** For event loops, which must not wait for who looks at the Macs just then. */
  private void seenSoon() {
    try {
      threads.execute(this::seen);
    } catch (RejectedExecutionException e) {
      log.debug("the next look will tell: {}", e.getMessage());
    }
  }

  /**
   * Begins to connect and returns at once: an inventory is there when each Mac has answered, or not
   * in time.
   *
   * @param vertx for the relay, if there is one
   * @param file what the hosts file says now
   * @throws IllegalArgumentException if the key can't be read, with words for a person
   */
  public static TartHypervisor start(
      Vertx vertx, TartOptions options, HostsFile file, MeterRegistry meters, Clock clock) {
    SshHosts ssh = SshHosts.start(options.key(), options.knownHosts());
    TartHypervisor hypervisor =
        new TartHypervisor(vertx, options, file, ssh, new MeasuredStarts(meters), clock);
    Gauge.builder("tart.hosts.lost", hypervisor.macs, Macs::lost)
        .description("Macs with tart that are not reached")
        .register(meters);
    Gauge.builder("tart.hosts.limited", hypervisor.macs, macs -> macs.limited(clock.instant()))
        .description("Macs with tart of whose slots some are withheld")
        .register(meters);
    Gauge.builder("tart.guests.suspended", hypervisor.macs, Macs::suspended)
        .description("Guests that are kept suspended, by whichever broker")
        .register(meters);
    hypervisor.rounds.start();
    return hypervisor;
  }

  /** A round of looks has ended: whatever can be seen was seen after {@code askedAt}. */
  private void confirmed(long askedAt) {
    synchronized (this) {
      latest = new Sighting(latest.inventory(), latest.confirmation() + 1, askedAt);
      confirmedAt = clock.instant();
    }
    macs.pull(options.pull(), clock.instant());
    macs.tidy(ledger());
    seen();
  }

  private synchronized String ledger() {
    return identities.ledger();
  }

  /** Something may have changed. */
  private synchronized void seen() {
    Inventory before = latest.inventory();
    Inventory now = macs.inventory(before.version() + 1, identities, measured::of, clock.instant());
    boolean same =
        now.hosts().equals(before.hosts())
            && now.images().equals(before.images())
            && now.machines().equals(before.machines())
            && now.others().equals(before.others());
    if (!same) {
      latest = new Sighting(now, latest.confirmation(), latest.askedAt());
      rounds.tell(() -> listeners.forEach(listener -> listener.accept(now)));
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
  public synchronized Observed<Sighting> sighting() {
    if (confirmedAt == null) {
      return Observed.unknown("the Macs have not been seen yet", since);
    }
    Observed<Sighting> known = Observed.known(latest, confirmedAt);
    return known.afterFailure(
        "no round of looks at the Macs has ended", options.staleAfter(), clock.instant());
  }

  @Override
  public void confirm() {
    rounds.hurry();
  }

  @Override
  public String peer() {
    return "the Macs";
  }

  @Override
  public Optional<String> unreachable() {
    return macs.unreachable();
  }

  @Override
  public List<String> warnings() {
    return macs.warnings(clock.instant());
  }

  @Override
  public synchronized Inventory lastKnown() {
    return latest.inventory();
  }

  @Override
  public void onChange(Consumer<Inventory> listener) {
    listeners.add(listener);
  }

  @Override
  public CompletableFuture<Optional<Machine>> find(String name, Optional<String> host) {
    if (host.isEmpty()) {
      return lookAtAll("find " + name, driver -> macs.machine(driver, name));
    }
    Optional<MacDriver> driver = host.flatMap(TartRefs::host).flatMap(macs::find);
    return driver.isEmpty()
        ? CompletableFuture.completedFuture(Optional.empty())
        : look("find " + name, driver.get(), name)
            .thenApply(found -> found.filter(machine -> machine.sign().inFolder()));
  }

  private CompletableFuture<Optional<Machine>> look(String what, MacDriver driver, String name) {
    return driver
        .look()
        .thenApply(
            nothing -> {
              if (!driver.view().isConnected()) {
                throw driver.unavailable(what);
              }
              return macs.machine(driver, name);
            });
  }

  /** One that can't be asked may be the one that has it. */
  private CompletableFuture<Optional<Machine>> lookAtAll(
      String what, Function<MacDriver, Optional<Machine>> question) {
    List<MacDriver> all = macs.all();
    return CompletableFuture.allOf(
            all.stream().map(MacDriver::look).toArray(CompletableFuture<?>[]::new))
        .thenApply(
            nothing -> {
              List<Machine> found = new ArrayList<>();
              Optional<MacDriver> lost = Optional.empty();
              for (MacDriver driver : all) {
                if (driver.view().isConnected()) {
                  question.apply(driver).filter(m -> m.sign().inFolder()).ifPresent(found::add);
                } else {
                  lost = Optional.of(driver);
                }
              }
              if (found.isEmpty() && lost.isPresent()) {
                throw lost.get().unavailable(what);
              }
              return found.stream().findFirst();
            });
  }

  @Override
  public CompletableFuture<Optional<Machine>> locate(String ref, Optional<String> uuid) {
    Optional<TartRefs.Vm> vm = TartRefs.vm(ref);
    Optional<MacDriver> driver = vm.map(TartRefs.Vm::host).flatMap(macs::find);
    return driver.isEmpty()
        ? CompletableFuture.completedFuture(Optional.empty())
        : look("look for " + ref, driver.get(), vm.get().name());
  }

  @Override
  public CompletableFuture<Inventory> read() {
    return CompletableFuture.allOf(
            macs.all().stream()
                .filter(driver -> driver.view().isConnected())
                .map(MacDriver::look)
                .toArray(CompletableFuture<?>[]::new))
        .thenApply(nothing -> lastKnown());
  }

  @Override
  public boolean mayBeCloning(String imageRef) {
    String source = TartRefs.source(imageRef);
    return macs.all().stream().anyMatch(driver -> driver.mayBeCloning(source));
  }

  @Override
  public CompletableFuture<String> cloneLinked(CloneOrder order) {
    String what = "clone of " + order.image().name() + " as " + order.name();
    String source = TartRefs.source(order.image().ref());
    if (!Quoting.isName(order.name())) {
      return CompletableFuture.failedFuture(
          new HypervisorFailure.Refused("InvalidName", what + ": no VM can be named so", null));
    }
    Optional<MacDriver> driver =
        order.host().isPresent()
            ? order.host().flatMap(TartRefs::host).flatMap(macs::find)
            : macs.any(source);
    return driver.isEmpty()
        ? CompletableFuture.failedFuture(
            new HypervisorFailure.Absent(what + ": there is no such Mac, or none has it", null))
        : driver.get().cloneVm(source, order);
  }

  @Override
  public CompletableFuture<String> cloneInstantly(CloneOrder order) {
    return CompletableFuture.failedFuture(
        new HypervisorFailure.Refused(
            "NotSupported",
            FailureScope.IMAGE,
            false,
            "instant clone of " + order.image().name() + ": tart has none",
            null));
  }

  private <T> CompletableFuture<T> on(
      String ref,
      Function<MacDriver, Function<String, CompletableFuture<T>>> work,
      @Nullable T absent) {
    Optional<TartRefs.Vm> vm = TartRefs.vm(ref);
    Optional<MacDriver> driver = vm.map(TartRefs.Vm::host).flatMap(macs::find);
    if (driver.isPresent() && Quoting.isName(vm.get().name())) {
      return work.apply(driver.get()).apply(vm.get().name());
    }
    return absent == null
        ? CompletableFuture.failedFuture(
            new HypervisorFailure.Absent("there is no VM " + ref, null))
        : CompletableFuture.completedFuture(absent);
  }

  @Override
  public CompletableFuture<Void> resize(String ref, Instance.Size size) {
    return on(ref, driver -> name -> driver.resize(name, size), null);
  }

  @Override
  public CompletableFuture<Void> powerOn(String ref) {
    return on(ref, driver -> driver::powerOn, null);
  }

  @Override
  public CompletableFuture<Void> powerOff(String ref) {
    return TartRefs.vm(ref).map(TartRefs.Vm::host).flatMap(macs::find).isEmpty()
        ? CompletableFuture.completedFuture(null)
        : on(ref, driver -> driver::powerOff, null);
  }

  @Override
  public CompletableFuture<Boolean> destroy(String ref) {
    return on(ref, driver -> driver::destroy, false);
  }

  @Override
  public CompletableFuture<Void> suspend(String ref, Duration boot) {
    return on(ref, driver -> name -> driver.suspend(name, boot), null);
  }

  @Override
  public CompletableFuture<Void> reboot(String host) {
    return TartRefs.host(host)
        .flatMap(macs::find)
        .map(MacDriver::reboot)
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new HypervisorFailure.Absent("there is no Mac " + host, null)));
  }

  @Override
  public void close() {
    rounds.close();
    macs.close();
    ssh.close();
    threads.shutdownNow();
  }
}
