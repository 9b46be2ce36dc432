package io.macpool.core.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One instance as the ledger has it.
 *
 * @param id its id, its VM's name and the ledger's key
 * @param image what it was cloned from; empty for one that was found, not made
 * @param ownership whose it is
 * @param host where it is, with a slot unless the host was full when it came there; empty if that
 *     is not known
 * @param size what was asked for beyond the image
 * @param broker the broker process that last worked on it
 * @param confirmed whether its owner is known to have learned of it
 * @param health whether it was seen to be of use
 * @param version grows with each change on record
 * @param ref the VM, once the clone has ended
 * @param reason why it is in its phase, for a person
 * @param uuid the VM's instance UUID, once it was seen: it stays when the reference changes
 * @param origin what it was cloned from, by reference; empty if that is not known
 */
public record Instance(
    String id,
    InstancePhase phase,
    Optional<String> image,
    Ownership ownership,
    Optional<String> host,
    Size size,
    String broker,
    boolean confirmed,
    Health health,
    long version,
    Optional<String> ref,
    Instant createdAt,
    Instant changedAt,
    String reason,
    Optional<String> uuid,
    Optional<Origin> origin) {

  /**
   * Processors and memory; 0 means as the image has.
   *
   * @param ramMb in MB
   */
  public record Size(int cpus, long ramMb) {

    public static final Size AS_IMAGE = new Size(0, 0);

    public Size {
      if (cpus < 0 || ramMb < 0) {
        throw new IllegalArgumentException("negative size: " + cpus + " cpus, " + ramMb + " MB");
      }
    }

    /** Whether nothing differs from the image, so that a warm instance of it would do. */
    public boolean isAsImage(Image image) {
      return (cpus == 0 || cpus == image.cpus()) && (ramMb == 0 || ramMb == image.ramMb());
    }
  }

  public Instance {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(ownership, "ownership");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(size, "size");
    Objects.requireNonNull(broker, "broker");
    Objects.requireNonNull(health, "health");
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(changedAt, "changedAt");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(origin, "origin");
  }

  /** One of whose VM and origin nothing more is known. */
  public Instance(
      String id,
      InstancePhase phase,
      Optional<String> image,
      Ownership ownership,
      Optional<String> host,
      Size size,
      String broker,
      boolean confirmed,
      Health health,
      long version,
      Optional<String> ref,
      Instant createdAt,
      Instant changedAt,
      String reason) {
    this(
        id,
        phase,
        image,
        ownership,
        host,
        size,
        broker,
        confirmed,
        health,
        version,
        ref,
        createdAt,
        changedAt,
        reason,
        Optional.empty(),
        Optional.empty());
  }

  /** An intent: nothing of it exists yet. */
  public static Instance requested(
      String id, String image, Ownership ownership, Size size, String broker, Instant now) {
    return new Instance(
        id,
        InstancePhase.REQUESTED,
        Optional.of(image),
        ownership,
        Optional.empty(),
        size,
        broker,
        false,
        Health.UNPROVEN,
        0,
        Optional.empty(),
        now,
        now,
        "requested");
  }

  /** Its owner's name, if it has an owner and that is known. */
  public Optional<String> owner() {
    return ownership.owner();
  }

  /**
   * Since when its time counts: since its machine was last switched on, or since its owner got it,
   * if that was later.
   */
  public Instant upSince(Optional<Machine> machine) {
    return machine
        .flatMap(Machine::bootedAt)
        .filter(booted -> booted.isAfter(createdAt))
        .orElse(createdAt);
  }

  /**
   * When its time is over: it is destroyed then, unless its owner did so before. Empty while it
   * waits warm, and once it is to be destroyed anyway.
   *
   * @param lifetime the longest that an instance may be up
   */
  public Optional<Instant> expiresAt(Optional<Machine> machine, Duration lifetime) {
    return ownership.isWarm() || phase == InstancePhase.RECLAIMING || phase == InstancePhase.GONE
        ? Optional.empty()
        : Optional.of(upSince(machine).plus(lifetime));
  }

  /** Whether it is kept, or being made, for the next one who asks. */
  public boolean isWarm() {
    return ownership.isWarm() && phase != InstancePhase.RECLAIMING && phase != InstancePhase.GONE;
  }

  /** Whether it could be handed over now. */
  public boolean isWaiting() {
    return isWarm() && phase == InstancePhase.READY && health == Health.PROVEN;
  }

  /** The same with its slot on another host, or with none. */
  public Instance on(Optional<String> otherHost) {
    return new Instance(
        id, phase, image, ownership, otherHost, size, broker, confirmed, health, version, ref,
        createdAt, changedAt, reason, uuid, origin);
  }

  /**
   * The same in another phase, one version on.
   *
   * @param vm the VM, if it is known since
   */
  public Instance in(InstancePhase next, String why, Optional<String> vm, Instant now) {
    return new Instance(
        id,
        next,
        image,
        ownership,
        host,
        size,
        broker,
        confirmed,
        health,
        version + 1,
        vm.or(() -> ref),
        createdAt,
        now,
        why,
        uuid,
        origin);
  }

  /** The same, one version on, on another host. */
  public Instance movedTo(String otherHost) {
    return new Instance(
        id,
        phase,
        image,
        ownership,
        Optional.of(otherHost),
        size,
        broker,
        confirmed,
        health,
        version + 1,
        ref,
        createdAt,
        changedAt,
        reason,
        uuid,
        origin);
  }

  /** The same, one version on, its owner knowing of it. */
  public Instance known() {
    return new Instance(
        id,
        phase,
        image,
        ownership,
        host,
        size,
        broker,
        true,
        health,
        version + 1,
        ref,
        createdAt,
        changedAt,
        reason,
        uuid,
        origin);
  }

  /** The same, one version on, seen to be of use. */
  public Instance proven() {
    return new Instance(
        id,
        phase,
        image,
        ownership,
        host,
        size,
        broker,
        confirmed,
        Health.PROVEN,
        version + 1,
        ref,
        createdAt,
        changedAt,
        reason,
        uuid,
        origin);
  }

  /** The same, one version on, an owner's whose time with it begins now. */
  public Instance handedTo(String owner, String byBroker, Instant now, String why) {
    return new Instance(
        id,
        phase,
        image,
        Ownership.of(owner),
        host,
        size,
        byBroker,
        false,
        health,
        version + 1,
        ref,
        now,
        now,
        why,
        uuid,
        origin);
  }

  /** The same, made from this. */
  public Instance from(Origin source) {
    return with(ref, uuid, Optional.of(source));
  }

  /** The same, its VM told by these from now on. */
  public Instance shownBy(String vm, Optional<String> instanceUuid) {
    return with(Optional.of(vm), instanceUuid.or(() -> uuid), origin);
  }

  /** Whether it was made of another image, or another snapshot, than what has its name now. */
  public boolean isOutdated(Image current) {
    return origin.filter(source -> !source.equals(Origin.of(current))).isPresent();
  }

  private Instance with(Optional<String> vm, Optional<String> vmUuid, Optional<Origin> source) {
    return new Instance(
        id, phase, image, ownership, host, size, broker, confirmed, health, version, vm, createdAt,
        changedAt, reason, vmUuid, source);
  }
}
