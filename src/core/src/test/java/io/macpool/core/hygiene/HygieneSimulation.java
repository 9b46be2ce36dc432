package io.macpool.core.hygiene;

import io.macpool.core.Observed;
import io.macpool.core.hygiene.HostCondition.Probed;
import io.macpool.core.hygiene.HostHygienePlanner.Plan;
import io.macpool.core.hygiene.HostHygienePlanner.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A pool under load in virtual time, kept by {@link HostHygienePlanner}. Jobs run for minutes to
 * most of a day; reboots take minutes, and some are not heeded.
 */
final class HygieneSimulation {

  static final Duration STEP = Duration.ofMinutes(15);
  static final int HOSTS = 100;
  private static final int SLOTS = 2;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** What goes wrong. */
  enum Scenario {
    /** Each 20 days, four of ten hosts seem faulty for six hours, and are not. */
    FALSE_ALARM,
    /** Each 20 days one host refuses all creates until it is rebooted, and one ignores reboots. */
    ONE_REAL_FAULT,
    /** Each 40 days no guest of the only image answers for three days, wherever it is made. */
    BAD_IMAGE,
    /** Each 40 days nothing is seen for four hours; every other time all hosts lose power. */
    SITE_OUTAGE
  }

  /**
   * What came of it.
   *
   * @param longestUptime of any host
   * @param killed jobs that a reboot of ours ended
   * @param leastInService smallest share of the slots of hosts that hygiene had not taken out
   * @param mostAtOnce hosts that were out at once
   */
  record Figures(
      Duration longestUptime,
      int killed,
      double leastInService,
      int mostAtOnce,
      int reboots,
      int inVain,
      long jobs) {}

  private static final class Mac {
    private final List<Instant> jobs = new ArrayList<>(); // when each ends
    private Instant boot;
    private Instant backAt = Instant.MIN;
    private boolean refuses;
    private Instant deafUntil = Instant.MIN;
    private boolean probing;
    private Optional<Probed> probe = Optional.empty();
  }

  private final Scenario scenario;
  private final Random chance;
  private final HygienePolicy policy = HygienePolicy.USUAL;
  private final List<Mac> macs = new ArrayList<>();
  private State state = State.NONE;
  private Duration longest = Duration.ZERO;
  private int killed;
  private int mostOut;
  private int reboots;
  private int inVain;
  private long jobs;

  HygieneSimulation(Scenario scenario, long seed) {
    this.scenario = scenario;
    this.chance = new Random(seed);
    for (int i = 0; i < HOSTS; i++) {
      Mac mac = new Mac();
      // Half of them booted together, as after a power cut.
      mac.boot = i % 2 == 0 ? BEGIN : BEGIN.minus(Duration.ofHours(chance.nextInt(24 * 40)));
      macs.add(mac);
    }
  }

  Figures run(Duration time) {
    for (Instant now = BEGIN; now.isBefore(BEGIN.plus(time)); now = now.plus(STEP)) {
      mishaps(now);
      work(now);
      Plan plan = HostHygienePlanner.plan(conditions(now), state, policy, now);
      state = plan.next();
      for (HygieneAction action : plan.actions()) {
        carryOut(action, now);
      }
      measure(now);
    }
    return new Figures(
        longest, killed, 1 - mostOut / (double) HOSTS, mostOut, reboots, inVain, jobs);
  }

  private static long minutes(Instant now) {
    return Duration.between(BEGIN, now).toMinutes();
  }

  /** Whether now is within so many hours after each so many days. */
  private static boolean within(Instant now, int days, int hours) {
    long minutes = minutes(now);
    return minutes >= days * 1440L && minutes % (days * 1440L) < hours * 60L;
  }

  private boolean outage(Instant now) {
    return scenario == Scenario.SITE_OUTAGE && within(now, 40, 4);
  }

  private void mishaps(Instant now) {
    boolean begins = minutes(now) % (20 * 1440) == 0 && minutes(now) > 0;
    if (scenario == Scenario.ONE_REAL_FAULT && begins) {
      macs.get(chance.nextInt(HOSTS)).refuses = true;
      macs.get(chance.nextInt(HOSTS)).deafUntil = now.plus(Duration.ofDays(1));
    }
    if (outage(now) && !outage(now.minus(STEP)) && (minutes(now) / (40 * 1440)) % 2 == 0) {
      for (Mac mac : macs) {
        mac.jobs.clear(); // the power cut ended them, not we
        mac.boot = now.plus(Duration.ofHours(4));
      }
    }
  }

  private boolean isUp(Mac mac, Instant now) {
    return !outage(now) && !now.isBefore(mac.backAt);
  }

  private void work(Instant now) {
    for (int i = 0; i < HOSTS; i++) {
      Mac mac = macs.get(i);
      mac.jobs.removeIf(end -> !end.isAfter(now));
      HostRepair repair = state.repairs().get(id(i));
      boolean placeable = (repair == null || !repair.phase().isOut()) && isUp(mac, now);
      while (placeable && !mac.refuses && mac.jobs.size() < SLOTS && chance.nextInt(10) < 8) {
        int length = chance.nextInt(100) < 3 ? 600 + chance.nextInt(600) : 5 + chance.nextInt(115);
        mac.jobs.add(now.plus(Duration.ofMinutes(length)));
        jobs++;
      }
      if (mac.probing && isUp(mac, now)) {
        boolean works = !mac.refuses && !badImage(now);
        mac.probe = Optional.of(new Probed(works, now, works ? "" : "no answer"));
        mac.probing = false;
      }
    }
  }

  private boolean badImage(Instant now) {
    return scenario == Scenario.BAD_IMAGE && within(now, 40, 72);
  }

  private static String id(int index) {
    return "host-" + index;
  }

  private List<HostCondition> conditions(Instant now) {
    List<HostCondition> conditions = new ArrayList<>();
    for (int i = 0; i < HOSTS; i++) {
      Mac mac = macs.get(i);
      boolean up = isUp(mac, now);
      conditions.add(
          new HostCondition(
              id(i),
              "pool",
              Optional.of("24G90"),
              SLOTS,
              Observed.known(up, now),
              Optional.empty(),
              up ? Observed.known(mac.boot, now) : Observed.unknown("it is away", now),
              up ? Observed.known(mac.jobs.size(), now) : Observed.unknown("it is away", now),
              symptoms(i, now).faults(policy),
              mac.probe));
    }
    return conditions;
  }

  private HostSymptoms symptoms(int index, Instant now) {
    boolean alarm = scenario == Scenario.FALSE_ALARM && within(now, 20, 6) && index % 5 < 2;
    return new HostSymptoms(
        row(macs.get(index).refuses, now),
        row(badImage(now), now),
        alarm ? 1 : 0,
        Observed.unknown("not measured", BEGIN),
        Observed.unknown("not measured", BEGIN),
        Observed.unknown("not measured", BEGIN),
        now);
  }

  private static Optional<HostSymptoms.Row> row(boolean seen, Instant now) {
    return seen
        ? Optional.of(new HostSymptoms.Row(9, Optional.of("xcode"), now))
        : Optional.empty();
  }

  private void carryOut(HygieneAction action, Instant now) {
    Mac mac = macs.get(Integer.parseInt(action.host().substring("host-".length())));
    if (action instanceof HygieneAction.AskReboot) {
      killed += mac.jobs.size();
      mac.jobs.clear();
      boolean heeded = now.isAfter(mac.deafUntil) && chance.nextInt(100) < 95;
      if (heeded) {
        mac.backAt = now.plus(Duration.ofMinutes(5 + chance.nextInt(10)));
        mac.boot = mac.backAt;
        mac.refuses = false;
        reboots++;
      } else {
        inVain++;
      }
    } else if (action instanceof HygieneAction.Probe) {
      mac.probing = true;
    }
  }

  private void measure(Instant now) {
    int out = 0;
    for (int i = 0; i < HOSTS; i++) {
      HostRepair repair = state.repairs().get(id(i));
      out += repair != null && repair.phase().isOut() ? 1 : 0;
      Duration uptime = Duration.between(macs.get(i).boot, now);
      longest = uptime.compareTo(longest) > 0 ? uptime : longest;
    }
    mostOut = Math.max(mostOut, out);
  }
}
