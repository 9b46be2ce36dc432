package io.macpool.brain.janitor;

import io.macpool.brain.janitor.Round.Line;
import io.macpool.brain.janitor.Round.Outcome;
import io.macpool.core.GoDuration;
import io.macpool.core.fleet.JanitorPlanner;
import io.macpool.core.fleet.JanitorPlanner.Reason;
import io.macpool.core.fleet.PowerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A round as a person reads it: a table of what goes and of what somebody should look at, then a
 * line that counts everything.
 */
public final class RoundText {

  /** Machines that stay as they should: they are counted, not listed. */
  private static final Set<Reason> IN_ORDER =
      Set.of(Reason.YOUNG, Reason.WARM, Reason.BEING_MADE, Reason.IMAGE);

  private RoundText() {}

  /** The lines, each without its end. */
  public static List<String> of(Round round, JanitorPlanner.Policy policy, Instant now) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"FOLDER", "VM", "STATE", "SINCE", "OUTCOME", "WHY"});
    for (Line line : round.lines()) {
      if (!IN_ORDER.contains(line.verdict().reason())) {
        rows.add(
            new String[] {
              line.folder(),
              line.verdict().machine().name(),
              state(line.verdict().machine().power()),
              line.verdict().since().map(since -> ago(since, now)).orElse("unknown"),
              words(line.outcome()),
              line.outcome() == Outcome.FAILED
                  ? line.failure()
                  : why(line.verdict().reason(), policy)
            });
      }
    }
    List<String> text = new ArrayList<>(rows.size() > 1 ? aligned(rows) : List.of());
    round.unread().forEach((folder, why) -> text.add("can't read " + folder + ": " + why));
    text.add(counts(round));
    return text;
  }

  private static String state(PowerState power) {
    return power == PowerState.ON || power == PowerState.OFF
        ? "powered-" + power.name().toLowerCase(Locale.ROOT)
        : power.name().toLowerCase(Locale.ROOT);
  }

  private static String ago(Instant since, Instant now) {
    return GoDuration.format(Duration.ofSeconds(Duration.between(since, now).toSeconds()));
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String why(Reason reason, JanitorPlanner.Policy policy) {
    return switch (reason) {
      case DECIDED -> "its destruction is on record";
      case OVERDUE -> "up for longer than " + GoDuration.format(policy.cutoff());
      case NOT_BOOTED ->
          "on for longer than " + GoDuration.format(policy.zeroUptimeCutoff()) + " without a boot";
      case SWITCHED_OFF -> "off, and older than " + GoDuration.format(policy.zeroUptimeCutoff());
      case AGE_UNKNOWN -> "nothing tells its age";
      case SUSPENDED -> "it is suspended";
      case IMAGE, WARM, BEING_MADE, YOUNG -> "in order";
    };
  }

  private static List<String> aligned(List<String[]> rows) {
    int columns = rows.get(0).length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns - 1; i++) {
        line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
      }
      lines.add(line.append(row[columns - 1]).toString());
    }
    return lines;
  }

  private static String counts(Round round) {
    Map<Outcome, Integer> outcomes = new TreeMap<>();
    Map<Reason, Integer> stay = new TreeMap<>();
    for (Line line : round.lines()) {
      outcomes.merge(line.outcome(), 1, Integer::sum);
      if (line.outcome() == Outcome.LEFT) {
        stay.merge(line.verdict().reason(), 1, Integer::sum);
      }
    }
    List<String> parts = new ArrayList<>();
    outcomes.forEach(
        (outcome, count) ->
            parts.add(
                count
                    + " "
                    + words(outcome)
                    + (outcome == Outcome.LEFT ? " (" + joined(stay) + ")" : "")));
    return round.lines().size()
        + (round.lines().size() == 1 ? " machine" : " machines")
        + (parts.isEmpty() ? "" : ": " + String.join(", ", parts));
  }

  private static String joined(Map<Reason, Integer> counts) {
    List<String> parts = new ArrayList<>();
    counts.forEach((reason, count) -> parts.add(count + " " + words(reason)));
    return String.join(", ", parts);
  }
}
