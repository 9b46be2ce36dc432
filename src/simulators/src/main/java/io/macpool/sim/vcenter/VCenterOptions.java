package io.macpool.sim.vcenter;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What vCenter to simulate.
 *
 * @param address the address to listen on
 * @param port 0: any free one
 * @param hosts the number of hosts in the one cluster
 * @param hostCpus processor cores of each host
 * @param hostMemoryMb memory of each host
 * @param datastores names of the datastores, each seen by every host
 * @param drs whether the cluster places a machine for which no host is named; without, a clone or
 *     power-on that names none fails
 * @param timeScale how many times faster than {@code times} say everything goes
 * @param sessionIdle after which idle time a session ends
 * @param pageLimit how many objects one answer holds at most
 * @param seed of injected faults
 */
public record VCenterOptions(
    String address,
    int port,
    String user,
    String password,
    int hosts,
    int hostCpus,
    int hostMemoryMb,
    List<String> datastores,
    List<BaseImage> images,
    boolean drs,
    OperationTimes times,
    double timeScale,
    Duration sessionIdle,
    int pageLimit,
    long seed,
    GuestPower guests,
    Clock clock) {

  public VCenterOptions {
    Objects.requireNonNull(times, "times");
    Objects.requireNonNull(guests, "guests");
    datastores = List.copyOf(datastores);
    images = List.copyOf(images);
    if (hosts < 1 || datastores.isEmpty() || pageLimit < 1 || !(timeScale > 0)) {
      throw new IllegalArgumentException(
          "a vCenter needs a host, a datastore, a positive page limit and time scale");
    }
  }

  /** Four hosts, two images, no delays, guests without substance. */
  public static VCenterOptions defaults() {
    return new VCenterOptions(
        "127.0.0.1",
        0,
        "administrator@vsphere.local",
        "simulated-password",
        4,
        12,
        65_536,
        List.of("datastore1"),
        List.of(BaseImage.of("macos-14-xcode-15"), BaseImage.of("macos-15-xcode-16")),
        true,
        OperationTimes.none(),
        1,
        Duration.ofMinutes(30),
        1000,
        0,
        GuestPower.addressesOnly(),
        Clock.systemUTC());
  }

  public VCenterOptions withPort(int fixed) {
    return new VCenterOptions(
        address,
        fixed,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withCredentials(String name, String secret) {
    return new VCenterOptions(
        address,
        port,
        name,
        secret,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withHosts(int number) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        number,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withDatastores(String... names) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        List.of(names),
        images,
        drs,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withImages(BaseImage... given) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        List.of(given),
        drs,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withDrs(boolean placed) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        placed,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withTimes(OperationTimes taken) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        taken,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withTimeScale(double faster) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        faster,
        sessionIdle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withSessionIdle(Duration idle) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        timeScale,
        idle,
        pageLimit,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withPageLimit(int objects) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        timeScale,
        sessionIdle,
        objects,
        seed,
        guests,
        clock);
  }

  public VCenterOptions withSeed(long number) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        number,
        guests,
        clock);
  }

  public VCenterOptions withGuests(GuestPower power) {
    return new VCenterOptions(
        address,
        port,
        user,
        password,
        hosts,
        hostCpus,
        hostMemoryMb,
        datastores,
        images,
        drs,
        times,
        timeScale,
        sessionIdle,
        pageLimit,
        seed,
        power,
        clock);
  }
}
