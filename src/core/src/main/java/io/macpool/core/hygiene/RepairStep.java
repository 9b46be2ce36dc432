package io.macpool.core.hygiene;

import io.macpool.core.hygiene.HostRepair.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What comes next in one host's repair.
 *
 * @param next empty when the repair is over
 * @param end how it ended, if it did
 */
record RepairStep(Optional<HostRepair> next, Optional<HygieneAction> action, Optional<End> end) {

  /** How a repair ended. */
  enum End {
    HEALTHY,
    FAILED,
    /** Somebody else decides over the host now. */
    GIVEN_UP
  }

  /**
   * What the others of the fleet mean for it.
   *
   * @param common whether so many others have faults that this host is hardly the cause
   * @param obstacle why its reboot must wait, if it must
   */
  record Surroundings(boolean common, Optional<String> obstacle) {}

  RepairStep {
    Objects.requireNonNull(next, "next");
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(end, "end");
  }

  static RepairStep of(
      HostRepair repair,
      HostCondition host,
      Surroundings surroundings,
      HygienePolicy policy,
      Instant now) {
    if (host.setAside().isPresent() && repair.phase() != Phase.REBOOTING) {
      return new RepairStep(
          Optional.empty(),
          Optional.of(new HygieneAction.Hold(host.id(), host.setAside().get())),
          Optional.of(End.GIVEN_UP));
    }
    Stage stage = new Stage(repair, host, surroundings, policy, now);
    return switch (repair.phase()) {
      case RESTING, FAILED -> repair.hasRebooted(host) ? stage.probe() : stage.stay();
      case DRAINING -> stage.drain();
      case REBOOTING -> stage.reboot();
      case PROBING -> stage.probing();
      case WATCHED -> stage.watch();
      case REPAIRED -> stage.repaired();
      case EXCUSED ->
          now.isBefore(repair.due()) || host.fault(repair.since()).isPresent()
              ? stage.stay()
              : new RepairStep(Optional.empty(), Optional.empty(), Optional.empty());
    };
  }

  private record Stage(
      HostRepair repair,
      HostCondition host,
      Surroundings surroundings,
      HygienePolicy policy,
      Instant now) {

    private RepairStep stay() {
      return new RepairStep(Optional.of(repair), Optional.empty(), Optional.empty());
    }

    private RepairStep hold(String reason) {
      return to(repair, new HygieneAction.Hold(host.id(), reason));
    }

    private static RepairStep to(HostRepair next, HygieneAction action) {
      return new RepairStep(Optional.of(next), Optional.of(action), Optional.empty());
    }

    private RepairStep drain() {
      Optional<Integer> occupants = host.occupants().toOptional();
      if (repair.hasRebooted(host)) {
        return probe();
      }
      if (!host.answers()) {
        return hold("it can't be seen");
      }
      if (occupants.isEmpty()) {
        return hold("what runs on it is not known");
      }
      if (occupants.get() > 0) {
        return hold(occupants.get() + " still on it: " + repair.fault().reason());
      }
      return surroundings.obstacle().map(this::hold).orElseGet(this::ask);
    }

    private RepairStep ask() {
      HostRepair asked = repair.askedAgain(now, policy.rebootLimit());
      return to(
          asked, new HygieneAction.AskReboot(host.id(), asked.asks(), repair.fault().reason()));
    }

    private RepairStep reboot() {
      if (host.answers() && repair.hasRebooted(host)) {
        return probe();
      }
      if (now.isBefore(repair.due())) {
        return hold("a reboot was asked for, and its boot time has not changed yet");
      }
      if (host.setAside().isPresent()) {
        return new RepairStep(
            Optional.empty(),
            Optional.of(new HygieneAction.Hold(host.id(), host.setAside().get())),
            Optional.of(End.GIVEN_UP));
      }
      Optional<String> doubt = doubt();
      if (doubt.isPresent()) {
        return isLate(policy.rebootLimit().multipliedBy(policy.mostAsks()))
            ? fail("a reboot was asked for, but " + doubt.get())
            : hold(doubt.get());
      }
      return repair.asks() < policy.mostAsks()
          ? ask()
          : fail("a reboot was asked for " + repair.asks() + " times in vain");
    }

    /** A host that does not answer got nothing since it was empty: it may be asked again. */
    private Optional<String> doubt() {
      if (!host.answers()) {
        return Optional.empty();
      }
      if (!host.bootTime().isKnown()) {
        return Optional.of("its boot time can't be seen");
      }
      return host.occupants().toOptional().equals(Optional.of(0))
          ? Optional.empty()
          : Optional.of("something may run on it again");
    }

    private boolean isLate(Duration grace) {
      return !now.isBefore(repair.due().plus(grace));
    }

    private RepairStep probe() {
      return to(
          repair.in(Phase.PROBING, now, HygienePolicy.PROBE_LIMIT),
          new HygieneAction.Probe(host.id(), "it has rebooted"));
    }

    private RepairStep probing() {
      Optional<HostCondition.Probed> probed =
          host.probe().filter(probe -> !probe.at().isBefore(repair.since()));
      if (!host.answers()) {
        return unseen();
      }
      if (probed.filter(HostCondition.Probed::answered).isPresent()) {
        return to(
            repair.in(Phase.WATCHED, now, HygienePolicy.HEALTHY_FOR),
            new HygieneAction.TakeBack(host.id(), "it has rebooted and made an instance"));
      }
      if (probed.isPresent()) {
        return fail("it has rebooted, but makes no instance: " + probed.get().reason());
      }
      return isLate(Duration.ZERO)
          ? fail("it has rebooted, but no instance was made in time")
          : to(repair, new HygieneAction.Probe(host.id(), "it has rebooted"));
    }

    private RepairStep watch() {
      Optional<HostFault> fault = host.fault(repair.since());
      if (!host.answers()) {
        return unseen();
      }
      if (fault.isPresent()) {
        return fail("it is not healthy after its reboot: " + fault.get().reason());
      }
      return now.isBefore(repair.due())
          ? stay()
          : new RepairStep(
              Optional.of(repair.helped(now, policy)), Optional.empty(), Optional.of(End.HEALTHY));
    }

    private RepairStep repaired() {
      if (!now.isBefore(repair.due())) {
        return new RepairStep(Optional.empty(), Optional.empty(), Optional.empty());
      }
      Instant next = repair.notAgainBefore(policy);
      return host.fault(repair.since())
          .filter(fault -> now.isBefore(next))
          .map(
              fault ->
                  hold(
                      "%s, but it was repaired at %s: not again before %s"
                          .formatted(fault.reason(), repair.since(), next)))
          .orElseGet(this::stay);
    }

    private RepairStep unseen() {
      return isLate(policy.rebootLimit())
          ? fail("it can't be seen since its reboot")
          : hold("it can't be seen");
    }

    private RepairStep fail(String why) {
      boolean excused = host.answers() && repair.hasRebooted(host) && surroundings.common();
      HygieneAction action =
          excused
              ? new HygieneAction.TakeBack(
                  host.id(), why + "; others have faults too, so it is hardly this host")
              : new HygieneAction.Rest(host.id(), why + "; a person should look at it");
      return new RepairStep(
          Optional.of(
              repair.failed(
                  excused ? Phase.EXCUSED : Phase.FAILED,
                  host.bootTime().toOptional(),
                  now,
                  policy)),
          Optional.of(action),
          Optional.of(End.FAILED));
    }
  }
}
