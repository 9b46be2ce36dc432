package io.macpool.sandbox.endurance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sandbox.endurance.Reading.Measure;
import io.macpool.sandbox.endurance.SoakPart.Counts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A long soak's directory: what it was begun with ({@code soak.txt}), a line of JSON for each part
 * that began and each that ended ({@code parts.jsonl}) and for each reading of a process ({@code
 * readings.jsonl}). Lines are only added, so a part that was broken off has a beginning and no end,
 * and does not count. Not thread-safe.
 */
public final class SoakState {

  private static final ObjectMapper JSON = new ObjectMapper();

  private interface Line<T> {
    T read(JsonNode line) throws JsonProcessingException;
  }

  private final Path directory;
  private final List<SoakPart> ended = new ArrayList<>();
  private final List<Reading> readings;
  private int begun;

  private SoakState(Path directory) throws IOException {
    this.directory = directory;
    for (JsonNode line : read("parts.jsonl", line -> line)) {
      begun = Math.max(begun, line.path("number").asInt());
      if (line.has("counts")) {
        ended.add(part(line));
      }
    }
    readings = read("readings.jsonl", SoakState::reading);
  }

  /**
   * Opens a directory, new or from earlier parts.
   *
   * @param terms what the soak is run with; parts that were run otherwise do not add up
   * @throws IOException if it can't be used, or was begun with other terms
   */
  public static SoakState open(Path directory, String terms) throws IOException {
    Files.createDirectories(directory);
    Path begunWith = directory.resolve("soak.txt");
    if (!Files.exists(begunWith)) {
      Files.writeString(begunWith, terms + System.lineSeparator());
    }
    String before = Files.readString(begunWith).strip();
    if (!before.equals(terms)) {
      throw new IOException(
          directory
              + " holds parts of another soak ("
              + before
              + "); go on with the same options, or choose another --state directory");
    }
    return new SoakState(directory);
  }

  private static SoakPart part(JsonNode line) throws JsonProcessingException {
    return new SoakPart(
        line.path("number").asInt(),
        Instant.parse(line.path("began").asText()),
        Duration.parse(line.path("fed").asText()),
        JSON.treeToValue(line.path("counts"), Counts.class));
  }

  private static Reading reading(JsonNode line) {
    Map<Measure, Double> used = new EnumMap<>(Measure.class);
    line.path("used")
        .properties()
        .forEach(m -> used.put(Measure.valueOf(m.getKey()), m.getValue().asDouble()));
    return new Reading(
        line.path("role").asText(),
        line.path("process").asText(),
        Duration.parse(line.path("age").asText()),
        used);
  }

  private <T> List<T> read(String file, Line<T> reader) throws IOException {
    Path path = directory.resolve(file);
    List<T> all = new ArrayList<>();
    List<String> lines =
        Files.exists(path) ? Files.readAllLines(path, StandardCharsets.UTF_8) : List.of();
    for (int i = 0; i < lines.size(); i++) {
      try {
        all.add(reader.read(JSON.readTree(lines.get(i))));
      } catch (JsonProcessingException | RuntimeException e) {
        if (i + 1 < lines.size()) {
          throw new IOException(path + ", line " + (i + 1) + ": " + e.getMessage(), e);
        }
        // The process ended in the middle of its last line.
        Files.write(path, lines.subList(0, i), StandardCharsets.UTF_8);
      }
    }
    return all;
  }

  private void add(String file, JsonNode line) throws IOException {
    Files.writeString(
        directory.resolve(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Says that a part begins; its number. */
  public int begin(Instant now) throws IOException {
    begun++;
    add("parts.jsonl", JSON.createObjectNode().put("number", begun).put("began", now.toString()));
    return begun;
  }

  public void end(SoakPart part) throws IOException {
    ObjectNode line =
        JSON.createObjectNode()
            .put("number", part.number())
            .put("began", part.began().toString())
            .put("fed", part.fed().toString());
    line.set("counts", JSON.valueToTree(part.counts()));
    add("parts.jsonl", line);
    ended.add(part);
  }

  public void read(Reading reading) throws IOException {
    ObjectNode line =
        JSON.createObjectNode()
            .put("role", reading.role())
            .put("process", reading.process())
            .put("age", reading.age().toString());
    ObjectNode used = line.putObject("used");
    reading.used().forEach((measure, value) -> used.put(measure.name(), value));
    add("readings.jsonl", line);
    readings.add(reading);
  }

  /** How long jobs were published, in all parts that ended. */
  public Duration fed() {
    return ended.stream().map(SoakPart::fed).reduce(Duration.ZERO, Duration::plus);
  }

  public Counts counts() {
    return ended.stream().map(SoakPart::counts).reduce(Counts.NONE, Counts::plus);
  }

  /** Whether nothing happened that must not, and nothing grows. */
  public boolean good() {
    return counts().good()
        && Growth.judge(readings).stream().noneMatch(g -> g.verdict() == Growth.Verdict.GROWS);
  }

  /** What came of it so far, for a person. */
  public String text() {
    Counts counts = counts();
    List<String> lines = new ArrayList<>();
    Growth.judge(readings).forEach(growth -> lines.add(growth.text()));
    lines.add(
        String.format(
            Locale.ROOT,
            "parts: %d, and %d broken off, which do not count: %d jobs in %.1f h, %d reset on the"
                + " way; %d mishaps; %d services ended unasked",
            ended.size(),
            begun - ended.size(),
            counts.jobs(),
            fed().toSeconds() / 3600.0,
            counts.reset(),
            counts.mishaps(),
            counts.died()));
    lines.add(
        String.format(
            Locale.ROOT,
            "taken again after their end %d, run by two %d",
            counts.repeated(),
            counts.byTwo()));
    lines.add(
        String.format(
            Locale.ROOT,
            "lost %d, false %d, leaked %d, overcommitted %d",
            counts.lost(),
            counts.wrong(),
            counts.leaked(),
            counts.overcommitted()));
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
