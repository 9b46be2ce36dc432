package io.macpool.sandbox.brokersoak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** What goes wrong and when, from the seed alone: the same seed, time and kinds, the same plan. */
final class FaultPlan {

  /** Something that is to go wrong. */
  enum Kind {
    VCENTER_AWAY,
    WATCH_SILENT,
    HOST_REFUSES,
    HOST_DISCONNECTED,
    HOST_CRASHED,
    HOST_IN_MAINTENANCE,
    REPLICA_KILLED,
    DATABASE_STOPPED,
    DATABASE_FAILED_OVER,
    FOLDER_CHANGED,
    RENAMED,
    LEFT_INVENTORY,
    /** Single calls to vCenter fail, each in its way, all the time. */
    CALLS_FAIL,
    /** The second replica's clock is 25 s behind, all the time. */
    CLOCKS_APART;

    /** As it is written on the command line. */
    String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One mishap.
   *
   * @param after the start of the run
   * @param lasts until it is mended, where it does not mend itself
   * @param pick chooses whom it befalls, among those there are then
   */
  record Planned(Kind kind, Duration after, Duration lasts, int pick) {}

  private record Rhythm(int everySeconds, int leastSeconds, int mostSeconds) {}

  private static final Map<Kind, Rhythm> RHYTHMS = rhythms();

  private static final Duration LONGEST_STOP = Duration.ofSeconds(45);

  private FaultPlan() {}

  private static Map<Kind, Rhythm> rhythms() {
    Map<Kind, Rhythm> rhythms = new EnumMap<>(Kind.class);
    rhythms.put(Kind.REPLICA_KILLED, new Rhythm(20, 0, 0));
    rhythms.put(Kind.VCENTER_AWAY, new Rhythm(60, 2, 10));
    rhythms.put(Kind.WATCH_SILENT, new Rhythm(50, 60, 90));
    rhythms.put(Kind.HOST_DISCONNECTED, new Rhythm(45, 10, 30));
    rhythms.put(Kind.HOST_CRASHED, new Rhythm(70, 5, 15));
    rhythms.put(Kind.HOST_IN_MAINTENANCE, new Rhythm(55, 5, 20));
    rhythms.put(Kind.FOLDER_CHANGED, new Rhythm(10, 8, 25));
    rhythms.put(Kind.RENAMED, new Rhythm(14, 0, 0));
    rhythms.put(Kind.LEFT_INVENTORY, new Rhythm(22, 7, 7));
    return rhythms;
  }

  /** The plan for a run of {@code length}, by time. */
  static List<Planned> of(long seed, Duration length, Collection<Kind> kinds) {
    List<Planned> plan = new ArrayList<>();
    for (Kind kind : kinds.stream().distinct().sorted().toList()) {
      // One stream of chance for each kind: what else is switched on changes nothing for it.
      Random random = new Random(seed * 1_000_003 + kind.word().hashCode());
      switch (kind) {
        case HOST_REFUSES -> plan.add(once(kind, length, random, 0.1, 0.5));
        case DATABASE_FAILED_OVER -> plan.add(once(kind, length, random, 0.48, 0));
        case DATABASE_STOPPED -> {
          plan.add(stop(length, random, 0.15));
          plan.add(stop(length, random, 0.7));
        }
        case CALLS_FAIL, CLOCKS_APART -> plan.add(new Planned(kind, Duration.ZERO, length, 0));
        default ->
            repeat(
                plan,
                kind,
                Objects.requireNonNull(RHYTHMS.get(kind), "each has one"),
                length,
                random);
      }
    }
    plan.sort(Comparator.comparing(Planned::after));
    return plan;
  }

  private static Planned once(
      Kind kind, Duration length, Random random, double begins, double lasts) {
    return new Planned(
        kind, part(length, begins), part(length, lasts), random.nextInt(Integer.MAX_VALUE));
  }

  private static Planned stop(Duration length, Random random, double begins) {
    Duration lasts = part(length, 0.15);
    return new Planned(
        Kind.DATABASE_STOPPED,
        part(length, begins),
        lasts.compareTo(LONGEST_STOP) < 0 ? lasts : LONGEST_STOP,
        random.nextInt(Integer.MAX_VALUE));
  }

  private static void repeat(
      List<Planned> plan, Kind kind, Rhythm rhythm, Duration length, Random random) {
    double at = rhythm.everySeconds() * (0.4 + 0.6 * random.nextDouble());
    while (at < length.toSeconds()) {
      double lasts =
          rhythm.leastSeconds()
              + random.nextDouble() * (rhythm.mostSeconds() - rhythm.leastSeconds());
      plan.add(new Planned(kind, seconds(at), seconds(lasts), random.nextInt(Integer.MAX_VALUE)));
      at += rhythm.everySeconds() * (0.8 + 0.4 * random.nextDouble());
    }
  }

  private static Duration part(Duration length, double of) {
    return Duration.ofMillis((long) (length.toMillis() * of));
  }

  private static Duration seconds(double count) {
    return Duration.ofMillis((long) (count * 1000));
  }
}
