package io.macpool.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A job payload to publish, and what should come of it. The expectations stand in the payload's own
 * member {@code sandbox}, which nothing else reads.
 *
 * @param expected {@code sandbox.expect}: the state that it should end in; without it any finish
 *     will do
 * @param lines {@code sandbox.lines}: lines that its log should hold, each once
 */
record JobSample(String name, ObjectNode payload, Optional<String> expected, List<String> lines) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What {@code --jobs N} publishes in turn: of twenty, fourteen pass, four fail and two are
   * errored.
   */
  private static final List<String> CYCLE =
      List.of(
          "passing",
          "chatty",
          "failing",
          "passing-phases",
          "slow",
          "passing",
          "erroring",
          "passing-phases",
          "failing",
          "chatty");

  /** What a soak publishes in turn: some that last, so that mishaps befall them in every phase. */
  private static final List<String> SOAK_CYCLE =
      List.of(
          "long-passing",
          "passing",
          "long-failing",
          "longest-passing",
          "chatty",
          "erroring",
          "failing");

  /** The sample that the {@code index}th of the built-in jobs runs. */
  static JobSample builtIn(int index) {
    return named(CYCLE.get(index % CYCLE.size()));
  }

  /** The sample that the {@code index}th job of a soak runs. */
  static JobSample forSoak(int index) {
    return named(SOAK_CYCLE.get(index % SOAK_CYCLE.size()));
  }

  private static JobSample named(String name) {
    try (InputStream stream = JobSample.class.getResourceAsStream("/jobs/" + name + ".json")) {
      return of(name, stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("sample " + name + " can't be read from the jar", e);
    }
  }

  /** Payloads of the user's own; of a file that can't be used the progress tells. */
  static List<JobSample> fromFiles(List<Path> files, Progress progress) {
    List<JobSample> samples = new ArrayList<>();
    for (Path file : files) {
      try {
        samples.add(fromFile(file));
      } catch (IllegalArgumentException e) {
        progress.say("payload not published: " + e.getMessage());
      }
    }
    return samples;
  }

  /**
   * A payload of the user's own.
   *
   * @throws IllegalArgumentException with a sentence that names the file and what is wrong with it
   */
  static JobSample fromFile(Path file) {
    try {
      return of(file.getFileName().toString(), Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file
              + " is not JSON (line "
              + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
              + "): "
              + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read: " + e, e);
    }
  }

  private static JobSample of(String name, byte[] text) throws IOException {
    JsonNode node = JSON.readTree(text);
    if (!(node instanceof ObjectNode payload)) {
      throw new IOException("it holds no JSON object");
    }
    String expected = payload.path("sandbox").path("expect").asText("");
    List<String> lines = new ArrayList<>();
    payload.path("sandbox").path("lines").forEach(line -> lines.add(line.asText()));
    return new JobSample(
        name,
        payload,
        expected.isEmpty() ? Optional.empty() : Optional.of(expected),
        List.copyOf(lines));
  }

  /** The same, asking for that image. */
  JobSample on(String osxImage) {
    ObjectNode other = payload.deepCopy();
    other.withObject("/config").put("osx_image", osxImage);
    return new JobSample(name, other, expected, lines);
  }

  /** The id that the payload itself gives its job; empty if it gives none. */
  OptionalLong ownId() {
    JsonNode id = payload.path("job").path("id");
    return id.canConvertToLong() && id.asLong() > 0
        ? OptionalLong.of(id.asLong())
        : OptionalLong.empty();
  }

  /** The body to publish: this sample as job {@code id}, queued now. */
  ObjectNode body(long id, String queue, Instant now) {
    ObjectNode body = payload.deepCopy();
    body.put("uuid", UUID.randomUUID().toString());
    body.put("queue", queue);
    ObjectNode job = body.withObject("/job");
    job.put("id", id);
    job.put("queued_at", now.toString());
    return body;
  }

  /** Whether a job that ended in {@code state} did what this sample says. */
  boolean accepts(String state) {
    return expected.map(state::equals).orElse(true);
  }

  /**
   * Whether a log holds what this sample says: each line once, or at least once if it may be the
   * log of several runs.
   */
  boolean accepts(String log, boolean severalRuns) {
    List<String> logged = log.lines().map(String::strip).toList();
    return lines.stream()
        .mapToInt(line -> Collections.frequency(logged, line))
        .allMatch(times -> times == 1 || (severalRuns && times > 1));
  }

  String repository() {
    return payload.path("repository").path("slug").asText("-");
  }
}
