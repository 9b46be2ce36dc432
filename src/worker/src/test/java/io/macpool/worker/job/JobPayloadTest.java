package io.macpool.worker.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobPayloadTest {

  private static final JobPayload.Attributes DEFAULTS =
      new JobPayload.Attributes(
          Optional.empty(),
          Optional.empty(),
          Optional.of("default"),
          Optional.empty(),
          Optional.empty(),
          Optional.of("stable"),
          Optional.of("linux"));

  @Test
  void readsWhatTheFieldSends() throws PayloadException {
    JobPayload job =
        parse(
            """
            {"type":"test","uuid":"u-1","queue":"builds.mac","vm_size":null,"trace":false,
             "config":{"language":"objective-c","os":"osx","osx_image":"xcode12.5"},
             "job":{"id":900001,"number":"12.1","queued_at":"2026-11-20T14:26:50Z"},
             "repository":{"id":4711,"slug":"example/app"},
             "timeouts":{"hard_limit":3000,"log_silence":null},"meta":{"state_update_count":4}}\
            """);
    assertThat(job.jobId()).isEqualTo(900001);
    assertThat(job.uuid()).isEqualTo("u-1");
    assertThat(job.hardLimit()).contains(Duration.ofMinutes(50));
    assertThat(job.logSilence()).isEmpty();
    assertThat(job.queuedAt()).contains(Instant.parse("2026-11-20T14:26:50Z"));
    assertThat(job.stateUpdateCount()).isEqualTo(4);
    assertThat(job.attributes().osxImage()).contains("xcode12.5");
    assertThat(job.attributes().group()).contains("stable");
    assertThat(job.attributes().os()).contains("osx");
    assertThat(job.rejection()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not json",
        "{",
        "[]",
        "null",
        "\"text\"",
        "42",
        "{}",
        "{\"job\":null}",
        "{\"job\":{}}",
        "{\"job\":{\"id\":null}}",
        "{\"job\":{\"id\":\"7\"}}",
        "{\"job\":{\"id\":7.5}}",
        "{\"job\":{\"id\":0}}",
        "{\"job\":{\"id\":-3}}",
        "{\"job\":{\"id\":99999999999999999999}}",
        "{\"job\":[7]}",
        "{\"job\":{\"id\":7},\"config\":{}} {\"job\":{\"id\":8},\"config\":{}}"
      })
  void whatNobodyCouldBeToldOfIsNoJob(String body) {
    assertThatThrownBy(() -> parse(body)).isInstanceOf(PayloadException.class);
  }

  @Test
  void aBombOfBracketsIsNoJob() {
    assertThatThrownBy(() -> parse("[".repeat(200_000))).isInstanceOf(PayloadException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"job\":{\"id\":7}}",
        "{\"job\":{\"id\":7},\"config\":null}",
        "{\"job\":{\"id\":7},\"config\":\"script: true\"}",
        "{\"job\":{\"id\":7},\"config\":[1]}"
      })
  void aConfigThatIsNoneIsReportedNotDropped(String body) throws PayloadException {
    assertThat(parse(body).rejection()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"uuid\":7",
        "\"repository\":\"x\"",
        "\"timeouts\":[]",
        "\"timeouts\":{\"hard_limit\":\"3000\",\"log_silence\":{}}",
        "\"timeouts\":{\"hard_limit\":-5,\"log_silence\":0}",
        "\"timeouts\":{\"hard_limit\":0.0000001}",
        "\"meta\":7",
        "\"meta\":{\"state_update_count\":\"x\",\"start_failures\":[]}",
        "\"vm_size\":{}",
        "\"trace\":\"yes\"",
        "\"queue\":null"
      })
  void otherFieldsOfAWrongTypeCountAsNotGiven(String field) throws PayloadException {
    JobPayload job = parse("{\"job\":{\"id\":7,\"queued_at\":12},\"config\":{}," + field + "}");
    assertThat(job.rejection()).isEmpty();
    assertThat(job.hardLimit()).isEmpty();
    assertThat(job.logSilence()).isEmpty();
    assertThat(job.stateUpdateCount()).isZero();
    assertThat(job.queuedAt()).isEmpty();
  }

  /** As states and the log's first part tell it. */
  @Test
  void theMomentOfQueueingIsToldInUtc() throws PayloadException {
    JobPayload job = parse("{\"job\":{\"id\":7,\"queued_at\":\"2026-11-20T16:26:50+02:00\"}}");
    assertThat(job.queuedAt()).hasToString("Optional[2026-11-20T14:26:50Z]");
  }

  @Test
  void aLimitBeyondReasonIsAWeek() throws PayloadException {
    JobPayload job =
        parse("{\"job\":{\"id\":7},\"config\":{},\"timeouts\":{\"hard_limit\":1e300}}");
    assertThat(job.hardLimit()).contains(Duration.ofDays(7));
  }

  private static JobPayload parse(String body) throws PayloadException {
    return JobPayload.parse(body.getBytes(UTF_8), DEFAULTS);
  }
}
