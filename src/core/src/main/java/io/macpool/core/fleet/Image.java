package io.macpool.core.fleet;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A base VM that instances are cloned from.
 *
 * @param name what clients ask for
 * @param ref what it is to its provider
 * @param version the state of it that clones share, if its provider tells states apart
 * @param cpus processors, 0 when not known
 * @param ramMb memory in MB, 0 when not known
 * @param storage ids of where its disks lie: a clone's host must see every one
 * @param instant whether it can be cloned instantly, on its own host
 * @param host where it is registered
 * @param provider who has it; empty if there is only one provider
 * @param obstacle why it can't be cloned, for a person; empty if it can
 * @param pulls hosts that it is still to be brought to
 * @param starts how long its instances took to start, as far as that was measured
 */
public record Image(
    String name,
    String ref,
    Optional<String> version,
    int cpus,
    long ramMb,
    Set<String> storage,
    boolean instant,
    Optional<String> host,
    String provider,
    Optional<String> obstacle,
    List<Pull> pulls,
    StartTimes starts) {

  /**
   * A host that lacks the image and is to have it.
   *
   * @param host its id
   * @param percent how much of it is there, if it is under way
   * @param trouble why it is not under way, for a person; empty if it is, or waits for its turn
   */
  public record Pull(String host, OptionalInt percent, Optional<String> trouble) {
    public Pull {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(percent, "percent");
      Objects.requireNonNull(trouble, "trouble");
    }
  }

  public Image {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(provider, "provider");
    Objects.requireNonNull(obstacle, "obstacle");
    storage = Set.copyOf(storage);
    pulls = List.copyOf(pulls);
    Objects.requireNonNull(starts, "starts");
  }

  /** One that is to be brought nowhere. */
  public Image(
      String name,
      String ref,
      Optional<String> version,
      int cpus,
      long ramMb,
      Set<String> storage,
      boolean instant,
      Optional<String> host,
      String provider,
      Optional<String> obstacle) {
    this(
        name,
        ref,
        version,
        cpus,
        ramMb,
        storage,
        instant,
        host,
        provider,
        obstacle,
        List.of(),
        StartTimes.UNKNOWN);
  }

  /** One of the only provider that can be cloned. */
  public Image(
      String name,
      String ref,
      Optional<String> version,
      int cpus,
      long ramMb,
      Set<String> storage,
      boolean instant,
      Optional<String> host) {
    this(name, ref, version, cpus, ramMb, storage, instant, host, "", Optional.empty());
  }

  /** The same as one of several providers'. */
  public Image of(String another) {
    return new Image(
        name, ref, version, cpus, ramMb, storage, instant, host, another, obstacle, pulls, starts);
  }

  /** Whether it can be cloned. */
  public boolean usable() {
    return obstacle.isEmpty();
  }
}
