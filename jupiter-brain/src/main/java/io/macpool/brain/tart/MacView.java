package io.macpool.brain.tart;

import io.macpool.brain.tart.report.MacReport;
import io.macpool.brain.tart.suspend.SuspendRules;
import io.macpool.brain.tart.suspend.SuspendTexts;
import io.macpool.core.fleet.Host;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.Mark;
import io.macpool.core.fleet.PowerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One Mac as the broker sees it: its last report, and whether that is news. Immutable.
 *
 * @param report the last; empty: there was none yet
 * @param ahead how far its clock is ahead of ours
 * @param bootTime when it booted, by our clock
 * @param trouble why it can't be asked now
 * @param failedDials new connections of its own in a row that failed since it booted; empty: none
 *     has succeeded yet
 */
record MacView(
    Mac mac,
    Optional<MacReport> report,
    Duration ahead,
    Optional<Instant> bootTime,
    Optional<String> trouble,
    SlotLimit limit,
    Optional<Integer> failedDials) {

  /** Two readings of one boot differ by less: clocks are set, and answers take their time. */
  private static final Duration SAME_BOOT = Duration.ofSeconds(60);

  /** Changes of the difference between clocks that are no news. */
  private static final Duration JITTER = Duration.ofSeconds(5);

  MacView {
    Objects.requireNonNull(mac, "mac");
    Objects.requireNonNull(report, "report");
    Objects.requireNonNull(ahead, "ahead");
    Objects.requireNonNull(bootTime, "bootTime");
    Objects.requireNonNull(trouble, "trouble");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(failedDials, "failedDials");
  }

  /** Of a Mac that has not answered yet. */
  static MacView of(Mac mac) {
    return new MacView(
        mac,
        Optional.empty(),
        Duration.ZERO,
        Optional.empty(),
        Optional.of("it has not answered yet"),
        SlotLimit.NONE,
        Optional.empty());
  }

  /**
   * The next one.
   *
   * @param now by our clock, when it answered
   */
  MacView heard(MacReport news, Instant now) {
    Duration difference = Duration.between(now, news.now());
    Duration kept =
        report.isPresent() && difference.minus(ahead).abs().compareTo(JITTER) < 0
            ? ahead
            : difference;
    Instant boot = news.booted().minus(kept);
    boolean same =
        bootTime
            .filter(known -> Duration.between(known, boot).abs().compareTo(SAME_BOOT) < 0)
            .isPresent();
    SlotLimit next = same || bootTime.isEmpty() ? limit.ran(news.running()) : SlotLimit.NONE;
    return new MacView(
        mac,
        Optional.of(report.map(news::after).orElse(news)),
        kept,
        same ? bootTime : Optional.of(boot),
        Optional.empty(),
        next,
        dials(news, same || bootTime.isEmpty()));
  }

  /** Whether it shows nothing that the one before it did not. */
  boolean isNoNewsAfter(MacView before) {
    return report.isPresent()
        && before.report.isPresent()
        && report.get().isNoNewsAfter(before.report.get())
        && ahead.equals(before.ahead)
        && bootTime.equals(before.bootTime)
        && trouble.equals(before.trouble)
        && limit.equals(before.limit)
        && failedDials.equals(before.failedDials);
  }

  /** A Mac whose ports are used up, or whose TCP clock has stopped, still takes connections. */
  private Optional<Integer> dials(MacReport news, boolean sameBoot) {
    Optional<Integer> before = sameBoot ? failedDials : Optional.empty();
    return news.dials()
        .map(taken -> taken ? Optional.of(0) : before.map(failed -> failed + 1))
        .orElse(before);
  }

  /** It can't be asked: what was seen is no news any more. */
  MacView lost(String why) {
    return new MacView(mac, report, ahead, bootTime, Optional.of(why), limit, failedDials);
  }

  /** It says that it has as many VMs as it may, and did not start one more. */
  MacView refused(String vm, Instant now) {
    int others = report.map(r -> r.running() - (r.isOn(vm) ? 1 : 0)).orElse(0);
    return new MacView(
        mac, report, ahead, bootTime, trouble, limit.refused(others, now), failedDials);
  }

  /** The same, though more seemed to run: that was seen before it refused one. */
  MacView withLimitOf(MacView before) {
    return bootTime.equals(before.bootTime)
        ? new MacView(mac, report, ahead, bootTime, trouble, before.limit, failedDials)
        : this;
  }

  /** A VM of it is known to be no more. */
  MacView without(String vm) {
    return new MacView(
        mac, report.map(r -> r.without(vm)), ahead, bootTime, trouble, limit, failedDials);
  }

  boolean isConnected() {
    return trouble.isEmpty();
  }

  /**
   * The host that it is.
   *
   * @param sources of all images, as they are called on the Macs
   * @param relayed whether its guests are reached through a relay alone
   * @param ledger whose suspended guests count
   */
  Host host(Set<String> sources, boolean relayed, String ledger, Instant now) {
    Set<String> storage = new HashSet<>();
    for (String source : sources) {
      if (holds(source)) {
        storage.add(TartRefs.image(source));
      }
    }
    int all = mac.slots().orElse(Integer.MAX_VALUE);
    int allowed = limit.of(all, now);
    return new Host(
        mac.id(),
        mac.name(),
        isConnected(),
        false,
        storage,
        Optional.empty(),
        bootTime,
        new Host.Traits(
            TartRefs.PROVIDER,
            report.map(MacReport::architecture).filter(text -> !text.isEmpty()),
            allowed == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(allowed),
            trouble.or(() -> limit.words(all, now)),
            new Host.Vitals(
                report.flatMap(MacReport::build).map(build -> "macOS " + build),
                report.flatMap(MacReport::disk).map(MacReport.Disk::freeShare),
                report.map(MacReport::sharedAddresses).orElse(0),
                failedDials,
                Optional.of(new Host.Door(mac.address(), mac.port())),
                limit.phantom(all)),
            relayed,
            report.map(news -> suspended(news, ledger)).orElse(Map.of())));
  }

  private Map<String, Host.Suspended> suspended(MacReport news, String ledger) {
    SuspendRules rules = SuspendedVms.rules(mac, ledger);
    Map<String, Host.Suspended> all = new HashMap<>();
    for (String source : rules.sources(news)) {
      all.put(
          TartRefs.image(source),
          new Host.Suspended(
              rules.takeable(news, source).size(),
              mac.suspend().getOrDefault(source, 0),
              SuspendRules.trouble(news)));
    }
    return all;
  }

  boolean holds(String source) {
    return report
        .filter(r -> r.vms().containsKey(source) || r.cached().contains(source))
        .isPresent();
  }

  /**
   * Its VMs, without images that don't run and guests that are kept suspended.
   *
   * @param shared addresses that more than one guest has: they are nobody's
   * @param guestEndpoints what clients dial
   */
  List<Machine> machines(Set<String> sources, Set<String> shared, GuestEndpoints guestEndpoints) {
    List<Machine> machines = new ArrayList<>();
    report.ifPresent(
        news -> {
          for (String vm : news.vms().keySet()) {
            boolean suspended = vm.startsWith(SuspendTexts.PREFIX);
            if (news.isOn(vm) || !(suspended || sources.contains(vm))) {
              machines.add(machine(news, vm, shared, guestEndpoints));
            }
          }
        });
    return machines;
  }

  private Machine machine(
      MacReport news, String vm, Set<String> shared, GuestEndpoints guestEndpoints) {
    Optional<Mark> mark = Optional.ofNullable(news.marks().get(vm));
    boolean on = news.isOn(vm);
    String ref = new TartRefs.Vm(mac.name(), vm).ref();
    Optional<String> address =
        Optional.ofNullable(news.addresses().get(vm)).filter(told -> on && !shared.contains(told));
    Machine machine =
        new Machine(
            vm,
            ref,
            power(news, vm),
            address.flatMap(told -> guestEndpoints.of(mac, ref, told)).stream().toList(),
            Optional.of(mac.id()),
            Optional.ofNullable(news.started().get(vm))
                .filter(time -> on)
                .map(time -> time.minus(ahead)),
            new Machine.Sign(vm, Optional.empty(), mark, mark.isPresent(), true, false),
            news.isCutByReboot(vm));
    return isConnected() ? machine : machine.unseen();
  }

  private static PowerState power(MacReport news, String vm) {
    if (news.isOn(vm)) {
      return PowerState.ON;
    }
    return news.vms().get(vm) == MacReport.State.SUSPENDED ? PowerState.SUSPENDED : PowerState.OFF;
  }
}
