package io.macpool.core.fleet;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A physical Mac as last seen.
 *
 * @param id stable for as long as the host is in the pool
 * @param name for a person
 * @param connected whether it answers
 * @param inMaintenance whether somebody has taken it out for repair
 * @param storage ids of the storage that it sees
 * @param hardware the Mac's own UUID, which stays when it is taken out and added again
 * @param bootTime when it booted, by our clock; empty while that is not told
 * @param traits what its provider says of it beyond that
 */
public record Host(
    String id,
    String name,
    boolean connected,
    boolean inMaintenance,
    Set<String> storage,
    Optional<String> hardware,
    Optional<Instant> bootTime,
    Traits traits) {

  /**
   * What a provider says of a host of its own.
   *
   * @param provider who has it; empty if there is only one provider
   * @param architecture of its processors, such as arm64, if that is told
   * @param slots VMs that it may hold now; empty: as many as the broker's settings say
   * @param limit why it holds fewer than it should, or is not reached, for a person
   * @param vitals what else tells how it does
   * @param relayed whether its guests are reached at endpoints of their own alone, which old
   *     clients don't know
   * @param suspended guests that it keeps or is to keep suspended, by their image's reference
   */
  public record Traits(
      String provider,
      Optional<String> architecture,
      OptionalInt slots,
      Optional<String> limit,
      Vitals vitals,
      boolean relayed,
      Map<String, Suspended> suspended) {

    /** Of a host of which nothing else is told. */
    public static final Traits NONE =
        new Traits("", Optional.empty(), OptionalInt.empty(), Optional.empty());

    public Traits {
      Objects.requireNonNull(provider, "provider");
      Objects.requireNonNull(architecture, "architecture");
      Objects.requireNonNull(slots, "slots");
      Objects.requireNonNull(limit, "limit");
      Objects.requireNonNull(vitals, "vitals");
      suspended = Map.copyOf(suspended);
    }

    /** Of a host that keeps no guest suspended. */
    public Traits(
        String provider,
        Optional<String> architecture,
        OptionalInt slots,
        Optional<String> limit,
        Vitals vitals,
        boolean relayed) {
      this(provider, architecture, slots, limit, vitals, relayed, Map.of());
    }

    /** Whether it has a suspended guest of the image to spare. */
    public boolean canResume(Image image) {
      Suspended guests = suspended.get(image.ref());
      return guests != null && guests.kept() > 0;
    }

    /** Of a host of whose health nothing is told. */
    public Traits(
        String provider, Optional<String> architecture, OptionalInt slots, Optional<String> limit) {
      this(provider, architecture, slots, limit, Vitals.NONE);
    }

    /** Of a host whose guests are reached at their own addresses. */
    public Traits(
        String provider,
        Optional<String> architecture,
        OptionalInt slots,
        Optional<String> limit,
        Vitals vitals) {
      this(provider, architecture, slots, limit, vitals, false);
    }
  }

  /**
   * Guests of one image that a host keeps suspended. They are no instances and hold no slots; the
   * next instance of that image there takes one in the place of a clone.
   *
   * @param kept that could be taken now
   * @param wanted how many it is to keep
   * @param trouble why it gets no more of them now, for a person
   */
  public record Suspended(int kept, int wanted, Optional<String> trouble) {
    public Suspended {
      Objects.requireNonNull(trouble, "trouble");
      if (kept < 0 || wanted < 0) {
        throw new IllegalArgumentException("negative: " + kept + " of " + wanted);
      }
    }

    /** How many it lacks and may get now. */
    public int lacking() {
      return trouble.isPresent() ? 0 : Math.max(0, wanted - kept);
    }
  }

  /**
   * What tells how a host does, beyond whether it answers.
   *
   * @param build of its operating system, such as {@code macOS 25A354}, if that is told
   * @param freeDisk the share of its disk that is free, 0 to 1, if that is told
   * @param sharedAddresses addresses that several of its guests have, and that are told to nobody
   *     therefore
   * @param failedConnections new TCP connections of its own in a row that failed; empty while that
   *     is not tried, or none has ever succeeded
   * @param door where it takes new connections, if it should
   * @param phantom why it starts no guest though it has room, once it has refused one again after a
   *     rest
   */
  public record Vitals(
      Optional<String> build,
      Optional<Double> freeDisk,
      int sharedAddresses,
      Optional<Integer> failedConnections,
      Optional<Door> door,
      Optional<String> phantom) {

    /** Nothing is told. */
    public static final Vitals NONE = of(Optional.empty());

    /** Nothing is told but the build of its operating system, if that is. */
    public static Vitals of(Optional<String> build) {
      return new Vitals(
          build, Optional.empty(), 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Vitals {
      Objects.requireNonNull(build, "build");
      Objects.requireNonNull(freeDisk, "freeDisk");
      Objects.requireNonNull(failedConnections, "failedConnections");
      Objects.requireNonNull(door, "door");
      Objects.requireNonNull(phantom, "phantom");
    }
  }

  /** A TCP port of a host. */
  public record Door(String address, int port) {
    public Door {
      Objects.requireNonNull(address, "address");
    }
  }

  /**
   * What a host is known by when it comes back with another id.
   *
   * @param name empty if it is not known
   */
  public record Body(Optional<String> hardware, String name) {
    public Body {
      Objects.requireNonNull(hardware, "hardware");
      Objects.requireNonNull(name, "name");
    }

    /** Whether it is the same Mac: by its hardware, or by its name where that is not known. */
    public boolean isSameAs(Body other) {
      return (hardware.isPresent() && other.hardware.isPresent())
          ? hardware.equals(other.hardware)
          : !name.isEmpty() && name.equals(other.name);
    }
  }

  public Host {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    storage = Set.copyOf(storage);
    Objects.requireNonNull(hardware, "hardware");
    Objects.requireNonNull(bootTime, "bootTime");
    Objects.requireNonNull(traits, "traits");
  }

  /** One of the only provider. */
  public Host(
      String id,
      String name,
      boolean connected,
      boolean inMaintenance,
      Set<String> storage,
      Optional<String> hardware,
      Optional<Instant> bootTime) {
    this(id, name, connected, inMaintenance, storage, hardware, bootTime, Traits.NONE);
  }

  /** One whose boot time is not known. */
  public Host(
      String id,
      String name,
      boolean connected,
      boolean inMaintenance,
      Set<String> storage,
      Optional<String> hardware) {
    this(id, name, connected, inMaintenance, storage, hardware, Optional.empty());
  }

  /** One whose hardware is not known. */
  public Host(
      String id, String name, boolean connected, boolean inMaintenance, Set<String> storage) {
    this(id, name, connected, inMaintenance, storage, Optional.empty());
  }

  /** The same as one of several providers'. */
  public Host of(String provider) {
    return with(
        connected,
        new Traits(
            provider,
            traits.architecture,
            traits.slots,
            traits.limit,
            traits.vitals,
            traits.relayed,
            traits.suspended));
  }

  /** The same while it can't be seen. */
  public Host unseen(String why) {
    return with(
        false,
        new Traits(
            traits.provider,
            traits.architecture,
            traits.slots,
            Optional.of(why),
            traits.vitals,
            traits.relayed,
            traits.suspended));
  }

  private Host with(boolean seen, Traits others) {
    return new Host(id, name, seen, inMaintenance, storage, hardware, bootTime, others);
  }

  public Body body() {
    return new Body(hardware, name);
  }
}
