package io.macpool.sim.vcenter.options;

import io.macpool.sim.vcenter.guest.GuestPower;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What vCenter to simulate. Immutable: each {@code with…} answers a copy. The defaults are four
 * hosts and two images, without delays, with guests that are mere addresses.
 */
public final class VCenterOptions {

  private String address = "127.0.0.1";
  private int port = 0;
  private String user = "administrator@vsphere.local";
  private String password = "simulated-password";
  private int hosts = 4;
  private int hostCpus = 12;
  private int hostMemoryMb = 65_536;
  private List<String> datastores = List.of("datastore1");
  private List<BaseImage> images =
      List.of(BaseImage.of("macos-14-xcode-15"), BaseImage.of("macos-15-xcode-16"));
  private boolean drs = true;
  private OperationTimes times = OperationTimes.none();
  private double timeScale = 1;
  private Duration sessionIdle = Duration.ofMinutes(30);
  private int pageLimit = 1000;
  private long seed = 0;
  private List<String> moreUsers = List.of();
  private Consumer<MachineEvent> witness = event -> {};
  private GuestPower guests = GuestPower.addressesOnly();
  private Clock clock = Clock.systemUTC();

  private VCenterOptions() {}

  public static VCenterOptions defaults() {
    return new VCenterOptions();
  }

  /** The fields of an instance change here only, before anyone else sees it. */
  private VCenterOptions with(Consumer<VCenterOptions> change) {
    VCenterOptions copy = new VCenterOptions();
    copy.address = address;
    copy.port = port;
    copy.user = user;
    copy.password = password;
    copy.hosts = hosts;
    copy.hostCpus = hostCpus;
    copy.hostMemoryMb = hostMemoryMb;
    copy.datastores = datastores;
    copy.images = images;
    copy.drs = drs;
    copy.times = times;
    copy.timeScale = timeScale;
    copy.sessionIdle = sessionIdle;
    copy.pageLimit = pageLimit;
    copy.seed = seed;
    copy.guests = guests;
    copy.moreUsers = moreUsers;
    copy.witness = witness;
    copy.clock = clock;
    change.accept(copy);
    copy.check();
    return copy;
  }

  private void check() {
    Objects.requireNonNull(times, "times");
    Objects.requireNonNull(guests, "guests");
    if (hosts < 1 || datastores.isEmpty() || pageLimit < 1 || !(timeScale > 0)) {
      throw new IllegalArgumentException(
          "a vCenter needs a host, a datastore, a positive page limit and time scale");
    }
  }

  /** The address to listen on. */
  public String address() {
    return address;
  }

  /** The port to listen on; 0: any free one. */
  public int port() {
    return port;
  }

  /** The first user. */
  public String user() {
    return user;
  }

  /** The user's password. */
  public String password() {
    return password;
  }

  /** Users besides {@link #user()}, with the same password. */
  public List<String> moreUsers() {
    return moreUsers;
  }

  /** Who hears of all that happens to machines; it must not wait, nor call the simulator. */
  public Consumer<MachineEvent> witness() {
    return witness;
  }

  /** The number of hosts in the one cluster. */
  public int hosts() {
    return hosts;
  }

  /** Processor cores of each host. */
  public int hostCpus() {
    return hostCpus;
  }

  /** Memory of each host, in MiB. */
  public int hostMemoryMb() {
    return hostMemoryMb;
  }

  /** Names of the datastores; every host sees each of them. */
  public List<String> datastores() {
    return datastores;
  }

  /** The base machines in the images' folder. */
  public List<BaseImage> images() {
    return images;
  }

  /**
   * Whether the cluster places a machine for which no host is named; without, a clone must name
   * one.
   */
  public boolean drs() {
    return drs;
  }

  /** How long operations take. */
  public OperationTimes times() {
    return times;
  }

  /** How many times faster than {@link #times()} says everything goes. */
  public double timeScale() {
    return timeScale;
  }

  /** After which idle time a session ends. */
  public Duration sessionIdle() {
    return sessionIdle;
  }

  /** How many objects one answer holds at most. */
  public int pageLimit() {
    return pageLimit;
  }

  /** The seed of injected faults. */
  public long seed() {
    return seed;
  }

  /** What runs in the machines. */
  public GuestPower guests() {
    return guests;
  }

  /** The time that vCenter tells. */
  public Clock clock() {
    return clock;
  }

  public VCenterOptions withAddress(String value) {
    return with(copy -> copy.address = value);
  }

  public VCenterOptions withPort(int value) {
    return with(copy -> copy.port = value);
  }

  public VCenterOptions withHosts(int value) {
    return with(copy -> copy.hosts = value);
  }

  public VCenterOptions withDrs(boolean value) {
    return with(copy -> copy.drs = value);
  }

  public VCenterOptions withTimes(OperationTimes value) {
    return with(copy -> copy.times = value);
  }

  public VCenterOptions withTimeScale(double value) {
    return with(copy -> copy.timeScale = value);
  }

  public VCenterOptions withSessionIdle(Duration value) {
    return with(copy -> copy.sessionIdle = value);
  }

  public VCenterOptions withPageLimit(int value) {
    return with(copy -> copy.pageLimit = value);
  }

  public VCenterOptions withSeed(long value) {
    return with(copy -> copy.seed = value);
  }

  public VCenterOptions withGuests(GuestPower value) {
    return with(copy -> copy.guests = value);
  }

  public VCenterOptions withMoreUsers(String... names) {
    return with(copy -> copy.moreUsers = List.of(names));
  }

  public VCenterOptions withWitness(Consumer<MachineEvent> value) {
    return with(copy -> copy.witness = value);
  }

  public VCenterOptions withClock(Clock value) {
    return with(copy -> copy.clock = value);
  }

  public VCenterOptions withCredentials(String name, String secret) {
    return with(
        copy -> {
          copy.user = name;
          copy.password = secret;
        });
  }

  public VCenterOptions withHostSize(int cpus, int memoryMb) {
    return with(
        copy -> {
          copy.hostCpus = cpus;
          copy.hostMemoryMb = memoryMb;
        });
  }

  public VCenterOptions withDatastores(String... names) {
    return with(copy -> copy.datastores = List.of(names));
  }

  public VCenterOptions withImages(BaseImage... given) {
    return with(copy -> copy.images = List.of(given));
  }
}
