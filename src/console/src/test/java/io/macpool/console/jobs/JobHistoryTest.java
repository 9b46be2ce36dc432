package io.macpool.console.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.console.history.Bucket;
import io.macpool.console.history.Work;
import io.macpool.console.jobs.JobPhases.Phase;
import io.macpool.console.jobs.JobPhases.Span;
import io.macpool.core.usage.Period;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobHistoryTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final JobHistory history = new JobHistory(3, (before, told) -> {});

  static Instant at(int second) {
    return NOON.plusSeconds(second);
  }

  static JobState job(long id, String state, long update, int received) {
    return new JobState(
        id,
        state,
        update,
        "acme/app" + id,
        "worker-1",
        Optional.of("ios"),
        Optional.of("trace-" + id),
        Optional.of("vm-" + id),
        Optional.of(NOON),
        Optional.of(at(received)),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void whatIsToldTwiceOrTooLateChangesNothing() {
    history.hear(job(1, "started", 1, 5));
    history.hear(job(1, "received", 0, 5));
    assertThat(history.find(1)).map(JobState::state).contains("started");
    history.hear(job(1, "passed", 2, 5));
    assertThat(history.find(1)).map(JobState::state).contains("passed");
  }

  @Test
  void whatIsKeptIsReadAsItWas() {
    assertThat(JobState.read(job(1, "started", 1, 5).json())).contains(job(1, "started", 1, 5));
  }

  @Test
  void itGoesOnFromWhatWasKeptAndTellsWhatIsNew() {
    history.hear(job(1, "passed", 2, 5));
    history.resume(List.of(job(1, "received", 0, 5), job(2, "received", 0, 5)));

    assertThat(history.find(1)).map(JobState::state).contains("passed");
    assertThat(history.size()).isEqualTo(2);
    assertThat(history.unsaved()).containsExactly(job(1, "passed", 2, 5));
    history.saved(history.unsaved());
    assertThat(history.unsaved()).isEmpty();
  }

  @Test
  void ofAJobItsFirstDeliveryAndItsFirstEndAreCounted() {
    WorkLog work = new WorkLog();
    work.hear(Optional.empty(), job(1, "received", 0, 5));
    work.hear(Optional.of(job(1, "received", 0, 5)), job(1, "received", 0, 50));
    work.hear(Optional.of(whole(40, null)), whole(40, 100));
    work.hear(Optional.of(whole(40, 100)), whole(40, 100));

    Map<String, Work> counted = work.within(new Period(NOON, NOON.plusSeconds(3600)));
    assertThat(counted.get("ios").waits().count()).isOne();
    assertThat(counted.get(WorkLog.NO_QUEUE).outcomes()).isEqualTo(Map.of("any", 1L));
    Map<Bucket, Map<String, Work>> taken = work.take();
    assertThat(work.unsaved()).isEmpty();
    work.giveBack(taken);
    assertThat(work.unsaved()).isEqualTo(taken);
  }

  @Test
  void aNewDeliveryCountsWhateverItsNumber() {
    history.hear(job(1, "reset", 2, 5));
    history.hear(job(1, "received", 0, 60));
    assertThat(history.find(1)).map(JobState::state).contains("received");
    assertThat(history.size()).isOne();
  }

  @Test
  void ofMoreThanAreKeptThoseGoOfWhichNothingWasToldForLongest() {
    for (int id = 1; id <= 3; id++) {
      history.hear(job(id, "received", 0, id));
    }
    history.hear(job(1, "started", 1, 1));
    history.hear(job(4, "received", 0, 4));
    assertThat(history.latest(job -> true, 10))
        .extracting(JobState::id)
        .containsExactly(4L, 1L, 3L);
  }

  @Test
  void jobsAreFoundByPartsOfWhatPeopleKnow() {
    history.hear(job(17, "passed", 2, 5));
    history.hear(job(18, "failed", 2, 5));
    for (String text : List.of("17", "ACME/app17", "vm-17", "trace-17", " app17 ")) {
      assertThat(history.latest(JobHistory.matching("", text), 10)).as(text).hasSize(1);
    }
    assertThat(history.latest(JobHistory.matching("failed", "acme"), 10)).hasSize(1);
    assertThat(history.latest(JobHistory.matching("reset", ""), 10)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "7",
        "{}",
        "{\"job_id\":\"1\",\"state\":\"passed\"}",
        "{\"job_id\":1.5,\"state\":\"passed\"}",
        "{\"job_id\":1,\"state\":7}"
      })
  void whatIsNoEventIsPassedOver(String json) throws JsonProcessingException {
    assertThat(JobState.read(new ObjectMapper().readTree(json))).isEmpty();
  }

  @Test
  void anEventIsReadAsFarAsItGoes() throws JsonProcessingException {
    JobState job =
        JobState.read(
                new ObjectMapper()
                    .readTree(
                        """
                        {"job_id": 7, "state": "passed", "update": 2, "repository": null,
                         "queued_at": "yesterday", "received_at": "2026-03-01T12:00:00.123Z"}
                        """))
            .orElseThrow();
    assertThat(job.repository()).isEmpty();
    assertThat(job.queued()).isEmpty();
    assertThat(job.received()).contains(Instant.parse("2026-03-01T12:00:00.123Z"));
  }

  private static JobState whole(Integer started, Integer finished) {
    return new JobState(
        1,
        "any",
        0,
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(at(0)),
        Optional.of(at(10)),
        Optional.ofNullable(started).map(JobHistoryTest::at),
        Optional.ofNullable(finished).map(JobHistoryTest::at));
  }

  @Test
  void aJobsTimeIsTakenApart() {
    assertThat(JobPhases.of(whole(40, 100), Optional.of(new Period(at(15), at(35))), at(1000)))
        .containsExactly(
            new Span(Phase.QUEUED, new Period(at(0), at(10))),
            new Span(Phase.PLACED, new Period(at(10), at(15))),
            new Span(Phase.BOOTED, new Period(at(15), at(35))),
            new Span(Phase.PREPARED, new Period(at(35), at(40))),
            new Span(Phase.SCRIPT, new Period(at(40), at(100))));
  }

  @Test
  void whatLastsIsMeasuredUntilNow() {
    assertThat(JobPhases.of(whole(40, null), Optional.empty(), at(50)))
        .containsExactly(
            new Span(Phase.QUEUED, new Period(at(0), at(10))),
            new Span(Phase.PLACED, new Period(at(10), at(40))),
            new Span(Phase.SCRIPT, new Period(at(40), at(50))));
    assertThat(JobPhases.of(whole(null, null), Optional.empty(), at(12)))
        .last()
        .isEqualTo(new Span(Phase.PLACED, new Period(at(10), at(12))));
  }

  @Test
  void clocksThatDisagreeMakeNoNegativeTimes() {
    assertThat(JobPhases.of(whole(5, 3), Optional.of(new Period(at(8), at(9))), at(2)))
        .allMatch(span -> !span.period().isEmpty());
  }
}
