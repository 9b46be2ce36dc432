package io.macpool.worker.job;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/**
 * What a worker reads of a job's message; all of it goes to the build-script generator. A field
 * that is missing, null or of the wrong type counts as not given, except where nothing can be done
 * without it.
 *
 * @param uuid the message's; one of our own if it has none
 * @param rejection why no job can be made of it, though it can be reported; empty if all is well
 * @param startFailures how many instances had failed it when it was last given back
 */
public record JobPayload(
    Body body,
    long jobId,
    String uuid,
    String repository,
    String queue,
    Optional<Instant> queuedAt,
    Optional<String> vmSize,
    Attributes attributes,
    Optional<Duration> hardLimit,
    Optional<Duration> logSilence,
    boolean trace,
    boolean warmer,
    long stateUpdateCount,
    int startFailures,
    Optional<String> rejection) {

  /** A message as it came: what is passed on is passed on untouched. */
  public static final class Body {

    private final byte[] bytes;

    Body(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    public byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public String toString() {
      return bytes.length + " bytes"; // it may hold secrets
    }
  }

  /** What chooses an image. */
  public record Attributes(
      Optional<String> imageName,
      Optional<String> osxImage,
      Optional<String> language,
      Optional<String> dist,
      Optional<String> arch,
      Optional<String> group,
      Optional<String> os) {

    /** What the job does not name is taken from {@code defaults}. */
    public Attributes orElse(Attributes defaults) {
      return new Attributes(
          imageName.or(defaults::imageName),
          osxImage.or(defaults::osxImage),
          language.or(defaults::language),
          dist.or(defaults::dist),
          arch.or(defaults::arch),
          group.or(defaults::group),
          os.or(defaults::os));
    }
  }

  /** One value and nothing behind it: two jobs in one message would leave one that never runs. */
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final double LONGEST_LIMIT_SECONDS = 7 * 86_400.0;

  /**
   * Reads a message.
   *
   * @param defaults for what the job does not name
   * @throws PayloadException if it is not a JSON object with a job's id
   */
  public static JobPayload parse(byte[] body, Attributes defaults) throws PayloadException {
    JsonNode node;
    for (byte each : body) {
      if (each == 0) { // Jackson would read UTF-16 and UTF-32, too; whom it is passed on to may not
        throw new PayloadException("it is not JSON in UTF-8: it has a byte of 0", null);
      }
    }
    try {
      node = JSON.readTree(body);
    } catch (IOException e) {
      String line = e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
      throw new PayloadException("it is not JSON: " + line, e);
    }
    if (!(node instanceof ObjectNode json)) {
      throw new PayloadException("it is not a JSON object", null);
    }
    JsonNode id = json.path("job").path("id");
    if (!id.isIntegralNumber() || !id.canConvertToLong() || id.asLong() <= 0) {
      throw new PayloadException("it has no job.id that is a positive whole number", null);
    }
    return of(new Body(body), json, id.asLong(), defaults);
  }

  private static JobPayload of(Body body, ObjectNode json, long id, Attributes defaults) {
    JsonNode config = json.path("config");
    JsonNode meta = json.path("meta");
    return new JobPayload(
        body,
        id,
        text(json.path("uuid")).orElseGet(() -> UUID.randomUUID().toString()),
        text(json.path("repository").path("slug")).orElse(""),
        text(json.path("queue")).orElse(""),
        text(json.path("job").path("queued_at")).flatMap(JobPayload::instant),
        text(json.path("vm_size")),
        attributes(config).orElse(defaults),
        seconds(json.path("timeouts").path("hard_limit")),
        seconds(json.path("timeouts").path("log_silence")),
        json.path("trace").asBoolean(false),
        json.path("warmer").asBoolean(false),
        Math.max(0, meta.path("state_update_count").asLong(0)),
        Math.max(0, Math.min(1_000_000, meta.path("start_failures").asInt(0))),
        config.isObject()
            ? Optional.empty()
            : Optional.of("An error occurred: the job's configuration is not an object."));
  }

  private static Attributes attributes(JsonNode config) {
    return new Attributes(
        text(config.path("image_name")),
        text(config.path("osx_image")),
        text(config.path("language")),
        text(config.path("dist")),
        text(config.path("arch")),
        text(config.path("group")),
        text(config.path("os")));
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() && !node.textValue().isBlank()
        ? Optional.of(node.textValue())
        : Optional.empty();
  }

  private static Optional<Duration> seconds(JsonNode node) {
    double seconds = node.isNumber() ? node.asDouble() : 0;
    return seconds > 0
        ? Optional.of(Duration.ofMillis((long) (Math.min(seconds, LONGEST_LIMIT_SECONDS) * 1000)))
            .filter(limit -> !limit.isZero())
        : Optional.empty();
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty(); // the field is informative: a job does not fail for it
    }
  }
}
