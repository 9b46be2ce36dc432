package io.macpool.sim.vcenter;

import io.macpool.sim.net.SelfSignedCertificate;
import io.macpool.sim.vcenter.fault.FaultPlan;
import io.macpool.sim.vcenter.guest.GuestRunner;
import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.inventory.ManagedObject;
import io.macpool.sim.vcenter.inventory.SimulatorClock;
import io.macpool.sim.vcenter.options.VCenterOptions;
import io.macpool.sim.vcenter.session.MethodTable;
import io.macpool.sim.vcenter.session.PropertyMethods;
import io.macpool.sim.vcenter.session.SessionMethods;
import io.macpool.sim.vcenter.session.Sessions;
import io.macpool.sim.vcenter.session.Views;
import io.macpool.sim.vcenter.soap.MoRef;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A vCenter of one datacenter and one cluster, served over TCP as vim25 SOAP over HTTPS. What it
 * does and where it differs from a real one is told in the package's description.
 *
 * <p>Thread-safe. After {@link #close()} no thread, socket or guest is left.
 */
public final class VCenterSimulator implements AutoCloseable {

  private static final int SOAP_THREADS = 4;
  private static final long END_SECONDS = 10;

  private final VCenterOptions options;
  private final SimulatorClock clock;
  private final Inventory inventory = new Inventory();
  private final Hosts hosts;
  private final MachineTable table;
  private final HostPower hostPower;
  private final MachineEvents witness;
  private final Administrator administrator;
  private final Sessions sessions;
  private final FaultPlan faults;
  private final SoapService service;
  private final GuestRunner guests;
  private final ExecutorService threads;
  private final HttpFront front;
  private final Questions questions;
  private Cloning cloning;
  private volatile SelfSignedCertificate certificate;

  private VCenterSimulator(VCenterOptions options) {
    this.options = options;
    clock = new SimulatorClock(options.clock(), options.timeScale());
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            SOAP_THREADS, work -> new Thread(work, "vcenter-soap-" + number.incrementAndGet()));
    guests = new GuestRunner(options.guests());
    hosts = new Hosts(inventory, options.drs());
    witness = new MachineEvents(inventory, hosts, options.witness());
    table = new MachineTable(inventory, hosts, clock, witness);
    faults = new FaultPlan(options.seed());
    Views views = new Views(inventory);
    sessions = new Sessions(inventory, views, clock, options);
    Tasks tasks = new Tasks(inventory, clock, witness);
    MachinePower power = new MachinePower(inventory, table, guests, clock, witness);
    Machines.Datacenter datacenter =
        new Machines.Datacenter(inventory, table, hosts, power, tasks, options.times());
    hostPower = new HostPower(datacenter, clock);
    questions = new Questions(inventory);
    Machines machines = new Machines(datacenter, questions);
    administrator = new Administrator(inventory, table, machines, hosts, witness);
    MethodTable methods = new MethodTable();
    SessionMethods.register(methods, sessions, clock);
    HostPower.register(methods, hostPower);
    PropertyMethods.register(methods, inventory, sessions, views, clock);
    inventory.locked(
        () -> {
          Map<String, MoRef> datastores = InventoryLayout.build(inventory, hosts, options);
          cloning = new Cloning(datacenter, machines, datastores);
          MachineMethods.register(methods, machines, cloning, tasks, questions);
          ImageLayout.register(options.images(), machines, hosts, datastores);
        });
    service =
        new SoapService(
            inventory,
            sessions,
            methods,
            new SoapService.Interference(faults, witness),
            clock,
            threads);
    certificate = SelfSignedCertificate.generate("localhost", options.clock().instant());
    front = new HttpFront(service, threads, certificate, options.address(), options.port());
  }

  /** Starts; ready for clients on return. */
  public static VCenterSimulator start(VCenterOptions options) {
    VCenterSimulator simulator = new VCenterSimulator(options);
    try {
      simulator.front.listen();
    } catch (RuntimeException e) {
      simulator.close();
      throw e;
    }
    return simulator;
  }

  /** Operations that begin from now on take their time divided by {@code scale}. */
  public void timeScale(double scale) {
    clock.scale(scale);
  }

  /** The SOAP endpoint, {@code https://…/sdk}. */
  public URI url() {
    return URI.create("https://" + options.address() + ":" + front.port() + "/sdk");
  }

  public String user() {
    return options.user();
  }

  public String password() {
    return options.password();
  }

  /** The self-signed certificate: its own authority. */
  public X509Certificate certificate() {
    return certificate.certificate();
  }

  /** {@link #certificate()} as PEM, for a client's authorities file. */
  public String certificatePem() {
    return certificate.certificatePem();
  }

  /** The SHA-256 thumbprint of {@link #certificate()}, {@code AA:BB:…}. */
  public String thumbprint() {
    return certificate.sha256Thumbprint();
  }

  /** The inventory path of the images' folder. */
  public String basePath() {
    return "/Datacenter/vm/" + InventoryLayout.IMAGES + "/";
  }

  /** The inventory path of the clones' folder. */
  public String vmPath() {
    return "/Datacenter/vm/" + InventoryLayout.CLONES + "/";
  }

  /** The inventory path of the cluster. */
  public String clusterPath() {
    return "/Datacenter/host/" + InventoryLayout.CLUSTER + "/";
  }

  /** Faults to be met by the calls to come. */
  public FaultPlan faults() {
    return faults;
  }

  /** How often each method was called since the start or {@link #resetCalls()}. */
  public Map<String, Long> calls() {
    return service.calls();
  }

  public long calls(String method) {
    return service.calls().getOrDefault(method, 0L);
  }

  public void resetCalls() {
    service.resetCalls();
  }

  /** How many sessions are open. */
  public int sessions() {
    return inventory.locked(sessions::count);
  }

  /** How many logins there were. */
  public long logins() {
    return inventory.locked(sessions::logins);
  }

  /** Ends all sessions: every call fails with NotAuthenticated until the next login. */
  public void expireSessions() {
    inventory.locked(sessions::endAll);
  }

  /**
   * vCenter is gone: connections are dropped and refused, and all sessions end, as in a restart.
   * Tasks that run go on. {@link #comeBack()} ends it.
   */
  public void goAway() {
    front.stopListening();
    inventory.locked(sessions::endAll);
  }

  /** Answers again, at the same address. */
  public void comeBack() {
    front.listen();
  }

  /** {@link #goAway()} now and {@link #comeBack()} after a while. Returns at once. */
  public void goAwayFor(Duration time) {
    goAway();
    clock.afterReal(time, this::comeBack);
  }

  /** The names of the hosts. */
  public List<String> hosts() {
    return inventory.locked(() -> hosts.refs().stream().map(hosts::name).toList());
  }

  /** vCenter loses the host: its machines run on, no operation on them is possible. */
  public void disconnectHost(String host) {
    inventory.locked(() -> connection(host, "disconnected"));
  }

  /** The host is dead: its machines with their guests are gone from one moment to the next. */
  public void crashHost(String host) {
    inventory.locked(() -> hostPower.crash(hosts.named(host)));
  }

  /** Ends {@link #disconnectHost} and {@link #crashHost}. */
  public void reconnectHost(String host) {
    inventory.locked(() -> connection(host, "connected"));
  }

  private void connection(String host, String word) {
    hostPower.connection(hosts.named(host), word);
  }

  /** How many hosts were rebooted by vCenter. */
  public int reboots() {
    return inventory.locked(hostPower::reboots);
  }

  /** Switches a host's maintenance mode; machines that run there are left alone. */
  public void maintenance(String host, boolean on) {
    inventory.locked(() -> hosts.maintenance(hosts.named(host), on));
  }

  /** A datastore has no room for another clone, or has again. */
  public void datastoreFull(String datastore, boolean full) {
    inventory.locked(() -> cloning.full(datastore, full));
  }

  /**
   * Each power-on of a machine on the datastore asks this question from now on and waits for its
   * answer; the choice {@code Cancel} gives it up. An empty text ends that; what is asked already
   * stays open.
   */
  public void askAtPowerOn(String datastore, String text, String... choices) {
    inventory.locked(() -> questions.ask(datastore, text, List.of(choices)));
  }

  /** How many questions wait for an answer. */
  public int openQuestions() {
    return inventory.locked(questions::open);
  }

  /** Changes the password; sessions that are open stay. */
  public void changePassword(String password) {
    inventory.locked(() -> sessions.password(password));
  }

  /** How many logins were refused. */
  public long refusedLogins() {
    return inventory.locked(sessions::refusals);
  }

  /** Whether too many wrong passwords have locked the account. */
  public boolean accountLocked() {
    return inventory.locked(sessions::locked);
  }

  /** Shows a new certificate from now on; connections are dropped, sessions stay. */
  public void renewCertificate() {
    certificate = SelfSignedCertificate.generate("localhost", options.clock().instant());
    front.certificate(certificate);
  }

  /** A person renames the cluster; {@link #clusterPath} still tells the old path. */
  public void renameCluster(String name) {
    inventory.locked(() -> inventory.rename(InventoryLayout.CLUSTER_REF, name));
  }

  /** A person renames the folder of clones; {@link #vmPath} still tells the old path. */
  public void renameCloneFolder(String name) {
    inventory.locked(() -> inventory.rename(InventoryLayout.CLONES_FOLDER, name));
  }

  /** DRS moves a machine to another host, at once and without asking anybody. */
  public void move(String machine, String host) {
    inventory.locked(
        () ->
            table.all().stream()
                .filter(m -> m.name.equals(machine))
                .forEach(m -> table.move(m, hosts.named(host))));
  }

  /** What a person can do in vCenter's own client. */
  public Administrator administrator() {
    return administrator;
  }

  /** All virtual machines but the images. */
  public List<MachineView> clones() {
    return inventory.locked(
        () ->
            table.all().stream()
                .filter(m -> !m.folder.equals(InventoryLayout.IMAGES_FOLDER))
                .map(this::view)
                .toList());
  }

  private MachineView view(Machine machine) {
    ManagedObject entity = inventory.require(machine.ref);
    return new MachineView(
        machine.name,
        machine.original,
        inventory.require(machine.folder).string("name"),
        hosts.name(machine.host),
        machine.poweredOn,
        entity.string("guest.ipAddress"),
        machine.cpus,
        machine.memoryMb,
        !machine.diskParent.isEmpty(),
        machine.unfinished);
  }

  /** The most clones there ever were. */
  public PeakUsage peaks() {
    return inventory.locked(table::peaks);
  }

  @Override
  public void close() {
    front.close();
    clock.close();
    inventory.locked(
        () -> {
          sessions.endAll();
          table.all().forEach(machine -> guests.kill(machine.original, () -> {}));
        });
    guests.close();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
