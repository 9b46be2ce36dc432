package io.macpool.sandbox.brokersoak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The history of some instances: what clients, hosts and brokers saw of them, in one row. */
final class Timeline {

  private static final Duration AROUND = Duration.ofSeconds(20);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final int TIME_LENGTH = 12;

  private record Line(Instant at, String who, String text) {}

  /** A broker's log; what its clock was ahead is taken off its times. */
  record Log(String name, Path file, Duration ahead) {}

  private final List<Observation> seen;
  private final List<Log> logs;
  private final ZoneId zone;
  private final LocalDate day;
  private final Map<Long, Observation.CreateAsked> asked = new HashMap<>();
  private final Map<Long, String> given = new HashMap<>();

  Timeline(List<Observation> seen, List<Log> logs, LocalDate day, ZoneId zone) {
    this.seen = seen;
    this.logs = logs;
    this.day = day;
    this.zone = zone;
    for (Observation observation : seen) {
      if (observation instanceof Observation.CreateAsked create) {
        asked.put(create.call(), create);
      } else if (observation instanceof Observation.CreateAnswered answer) {
        answer.instance().ifPresent(id -> given.put(answer.call(), id));
      }
    }
  }

  /** As a person reads it: a line each, at most {@code most}. */
  List<String> of(Set<String> instances, int most) throws IOException {
    List<Line> lines = new ArrayList<>();
    Set<String> words = new HashSet<>(instances);
    Set<String> keys = new HashSet<>();
    Set<String> leases = new HashSet<>();
    given.forEach(
        (call, id) -> {
          if (instances.contains(id)) {
            asked(call).key().ifPresent(keys::add);
            asked(call).lease().ifPresent(leases::add);
          }
        });
    for (Observation observation : seen) {
      if (concerns(observation, instances, keys, leases)) {
        lines.add(line(observation));
      }
    }
    words.addAll(leases);
    for (Log log : logs) {
      addLog(lines, log, words);
    }
    addTroubles(lines);
    lines.sort(Comparator.comparing(Line::at));
    List<String> text = lines.stream().map(this::text).distinct().toList();
    if (text.size() <= most) {
      return text;
    }
    // Both ends tell: how it came, and what happened.
    List<String> some = new ArrayList<>(text.subList(0, most / 3));
    some.add("      … " + (text.size() - most / 3 * 3) + " more …");
    some.addAll(text.subList(text.size() - most / 3 * 2, text.size()));
    return some;
  }

  private Observation.CreateAsked asked(long call) {
    return Objects.requireNonNull(asked.get(call), "who is answered has asked");
  }

  private boolean concerns(
      Observation observation, Set<String> instances, Set<String> keys, Set<String> leases) {
    if (observation instanceof Observation.CreateAsked create) {
      return isOf(create, instances, keys);
    }
    if (observation instanceof Observation.CreateAnswered answer) {
      return isOf(asked(answer.call()), instances, keys);
    }
    if (observation instanceof Observation.LeaseSpoken spoken) {
      return leases.contains(spoken.lease());
    }
    if (observation instanceof Observation.LeaseGivenUp given) {
      return leases.contains(given.lease());
    }
    return observation.instance().filter(instances::contains).isPresent();
  }

  private boolean isOf(Observation.CreateAsked create, Set<String> instances, Set<String> keys) {
    return create.key().filter(keys::contains).isPresent()
        || Optional.ofNullable(given.get(create.call())).filter(instances::contains).isPresent();
  }

  private static Line line(Observation observation) {
    String who =
        observation instanceof Observation.OnHost
            ? "host"
            : observation instanceof Observation.LedgerRow
                    || observation instanceof Observation.LedgerSlot
                ? "ledger"
                : "client";
    return new Line(observation.at(), who, observation.text());
  }

  private void addLog(List<Line> lines, Log log, Set<String> words) throws IOException {
    try (Stream<String> all = Files.lines(log.file(), StandardCharsets.UTF_8)) {
      all.filter(line -> words.stream().anyMatch(line::contains))
          .forEach(
              line ->
                  at(line)
                      .ifPresent(
                          at ->
                              lines.add(
                                  new Line(
                                      at.minus(log.ahead()),
                                      log.name(),
                                      line.substring(TIME_LENGTH + 1)))));
    }
  }

  private Optional<Instant> at(String line) {
    if (line.length() <= TIME_LENGTH) {
      return Optional.empty();
    }
    try {
      LocalTime time = LocalTime.parse(line.substring(0, TIME_LENGTH), TIME);
      return Optional.of(day.atTime(time).atZone(zone).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** What went wrong meanwhile, or shortly before. */
  private void addTroubles(List<Line> lines) {
    if (lines.isEmpty()) {
      return;
    }
    Instant from =
        lines.stream().map(Line::at).min(Comparator.naturalOrder()).orElseThrow().minus(AROUND);
    Instant to = lines.stream().map(Line::at).max(Comparator.naturalOrder()).orElseThrow();
    seen.stream()
        .filter(o -> o instanceof Observation.Trouble)
        .filter(o -> o.at().isAfter(from) && o.at().isBefore(to))
        .forEach(o -> lines.add(new Line(o.at(), "", o.text())));
  }

  private String text(Line line) {
    return "      "
        + TIME.format(line.at().atZone(zone))
        + " "
        + String.format(java.util.Locale.ROOT, "%-9s", line.who())
        + line.text();
  }
}
