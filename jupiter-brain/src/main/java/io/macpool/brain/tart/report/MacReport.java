package io.macpool.brain.tart.report;

import io.macpool.core.fleet.Mark;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Mac answered to the script that asks for all that is to be known, at one moment.
 *
 * @param booted when it booted, by its own clock
 * @param now by its own clock
 * @param build of macOS, if it is told
 * @param disk what is free of it, if it is told
 * @param dials whether a new TCP connection of its own, to its own SSH server, was taken, if it
 *     told
 * @param vms local ones, by name
 * @param cached images of registries that are there
 * @param marks of ours, by the VM's name
 * @param started when our VMs were started last, by the Mac's clock
 * @param runs names of VMs whose {@code run} is a process now, whatever tart says of them
 * @param clones those being made now
 * @param addresses of ours that run, by name
 * @param sizes of VMs and images in GB, by name
 * @param pulls of images that we began and have not forgotten, by their names in the registry
 * @param suspended guests that a broker keeps there, by the VM's name, also those that are no more
 */
public record MacReport(
    Instant booted,
    Instant now,
    String architecture,
    Optional<String> build,
    Optional<Disk> disk,
    Optional<Boolean> dials,
    Map<String, State> vms,
    Set<String> cached,
    Map<String, Mark> marks,
    Map<String, Instant> started,
    Set<String> runs,
    Set<Clone> clones,
    Map<String, String> addresses,
    Map<String, Integer> sizes,
    Map<String, Pull> pulls,
    Map<String, Kept> suspended) {

  /** What tart says of a VM. */
  public enum State {
    RUNNING,
    SUSPENDED,
    STOPPED
  }

  /** A disk's size and what is free of it, in kilobytes. */
  public record Disk(long kb, long freeKb) {
    /** 0 to 1, in whole hundredths: what is free changes all the time, and is no news for that. */
    public double freeShare() {
      return kb <= 0 ? 1 : Math.floor(freeKb * 100.0 / kb) / 100;
    }
  }

  /**
   * A guest that is kept suspended.
   *
   * @param source what it was cloned from
   * @param made when it was suspended, by the Mac's clock
   * @param image which state of the image that was; "-" if that is not known
   * @param build of the Mac's system then; "-" if that is not known
   * @param imageNow which state of the image there is now
   * @param taken since when somebody takes or destroys it
   */
  public record Kept(
      String ledger,
      String source,
      Instant made,
      String image,
      String build,
      String imageNow,
      Optional<Instant> taken) {
    public Kept {
      Objects.requireNonNull(ledger, "ledger");
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(made, "made");
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(build, "build");
      Objects.requireNonNull(imageNow, "imageNow");
      Objects.requireNonNull(taken, "taken");
    }
  }

  /** A clone that is being made. */
  public record Clone(String name, String source) {
    public Clone {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(source, "source");
    }
  }

  /**
   * An image that is fetched.
   *
   * @param begun by the Mac's clock
   * @param over whether it has ended
   * @param percent how much is there, if it was told
   * @param said last
   */
  public record Pull(Instant begun, boolean over, OptionalInt percent, String said) {

    private static final Pattern PERCENT = Pattern.compile(".*?(\\d{1,3})(?:\\.\\d+)?%.*");

    /** Progress that is told: less would be news all the time. */
    private static final int STEP = 5;

    public Pull {
      Objects.requireNonNull(begun, "begun");
      Objects.requireNonNull(percent, "percent");
      Objects.requireNonNull(said, "said");
    }

    /**
     * Reads what was said last.
     *
     * @param state how it ended: with a code, without one, or not yet
     */
    static Pull of(Instant begun, String state, String said) {
      Matcher match = PERCENT.matcher(said);
      OptionalInt percent =
          match.matches()
              ? OptionalInt.of(Math.min(100, Integer.parseInt(match.group(1))) / STEP * STEP)
              : OptionalInt.empty();
      return new Pull(
          begun,
          !state.equals("-"),
          percent,
          state.equals("gone") ? "it ended without a word" : said.strip());
    }

    private boolean isAsFarAs(@Nullable Pull other) {
      return other != null
          && begun.equals(other.begun)
          && over == other.over
          && percent.equals(other.percent);
    }
  }

  /** An answer that is none. */
  public static final class Unreadable extends Exception {

    private static final long serialVersionUID = 1L;

    public Unreadable(String message) {
      super(message);
    }
  }

  public MacReport {
    Objects.requireNonNull(booted, "booted");
    Objects.requireNonNull(now, "now");
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(build, "build");
    Objects.requireNonNull(disk, "disk");
    Objects.requireNonNull(dials, "dials");
    vms = Map.copyOf(vms);
    cached = Set.copyOf(cached);
    marks = Map.copyOf(marks);
    started = Map.copyOf(started);
    runs = Set.copyOf(runs);
    clones = Set.copyOf(clones);
    addresses = Map.copyOf(addresses);
    sizes = Map.copyOf(sizes);
    pulls = Map.copyOf(pulls);
    suspended = Map.copyOf(suspended);
  }

  /** Whether the VM is on: what tart calls stopped may run, as its process tells. */
  public boolean isOn(String vm) {
    return vms.get(vm) == State.RUNNING || runs.contains(vm);
  }

  /** Whether it is off, and the Mac has booted since it was started. */
  public boolean isCutByReboot(String vm) {
    return !isOn(vm)
        && vms.get(vm) != State.SUSPENDED
        && started.containsKey(vm)
        && started.get(vm).isBefore(booted);
  }

  /** How many addresses several of its guests have. */
  public int sharedAddresses() {
    Set<String> all = new HashSet<>();
    Set<String> shared = new HashSet<>();
    addresses.forEach(
        (vm, address) -> {
          if (isOn(vm) && !all.add(address)) {
            shared.add(address);
          }
        });
    return shared.size();
  }

  /** How many VMs run there, whosever they are. */
  public int running() {
    Set<String> all = new HashSet<>(runs);
    vms.forEach(
        (name, state) -> {
          if (state == State.RUNNING) {
            all.add(name);
          }
        });
    return all.size();
  }

  /**
   * The same with addresses that are no longer told: an entry of an ARP table ages while the guest
   * keeps its address. One of a guest that was started anew, or is off, is forgotten.
   */
  public MacReport after(MacReport before) {
    if (addresses.equals(before.addresses)) {
      return this;
    }
    Map<String, String> kept = new HashMap<>(addresses);
    before.addresses.forEach(
        (vm, address) -> {
          boolean same = Objects.equals(started.get(vm), before.started.get(vm));
          if (same && isOn(vm) && !kept.containsValue(address)) {
            kept.putIfAbsent(vm, address);
          }
        });
    return new MacReport(
        booted,
        now,
        architecture,
        build,
        disk,
        dials,
        vms,
        cached,
        marks,
        started,
        runs,
        clones,
        kept,
        sizes,
        pulls,
        suspended);
  }

  /** Whether another says the same, at whatever time and however much of the disk is free. */
  public boolean isNoNewsAfter(MacReport before) {
    return booted.equals(before.booted)
        && architecture.equals(before.architecture)
        && build.equals(before.build)
        && disk.map(Disk::freeShare).equals(before.disk.map(Disk::freeShare))
        && vms.equals(before.vms)
        && cached.equals(before.cached)
        && marks.equals(before.marks)
        && started.equals(before.started)
        && runs.equals(before.runs)
        && clones.equals(before.clones)
        && addresses.equals(before.addresses)
        && suspended.equals(before.suspended)
        && pulls.keySet().equals(before.pulls.keySet())
        && pulls.entrySet().stream()
            .allMatch(pull -> pull.getValue().isAsFarAs(before.pulls.get(pull.getKey())));
  }

  /** The same at another time, with other room on the disk. */
  MacReport at(Instant time, Optional<Disk> room) {
    return new MacReport(
        booted,
        time,
        architecture,
        build,
        room,
        dials,
        vms,
        cached,
        marks,
        started,
        runs,
        clones,
        addresses,
        sizes,
        pulls,
        suspended);
  }

  /** The same without a VM that is known to be no more. */
  public MacReport without(String vm) {
    Map<String, State> left = new HashMap<>(vms);
    left.remove(vm);
    Map<String, Mark> others = new HashMap<>(marks);
    others.remove(vm);
    return new MacReport(
        booted,
        now,
        architecture,
        build,
        disk,
        dials,
        left,
        cached,
        others,
        started,
        runs,
        clones,
        addresses,
        sizes,
        pulls,
        suspended);
  }

  /**
   * Reads an answer.
   *
   * @throws Unreadable if a part is missing: what is not told is not known
   */
  public static MacReport parse(String text) throws Unreadable {
    return Reading.of(text);
  }
}
