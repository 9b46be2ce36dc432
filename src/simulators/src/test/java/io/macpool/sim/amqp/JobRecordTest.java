package io.macpool.sim.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.sim.amqp.ContractViolation.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobRecordTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private final List<StateUpdate> updates = new ArrayList<>();
  private final List<LogPart> parts = new ArrayList<>();

  @Test
  void aGoodJobHasNoFlaw() {
    states("receive:received:1", "start:started:2", "finish:failed:3");
    logs("0:a", "1:b", "2!");
    assertThat(flaws()).isEmpty();
    assertThat(job().finalState()).contains("failed");
    assertThat(job().log()).isEqualTo("ab");
  }

  @Test
  void aResetJobRunsAgain() {
    states("receive:received:1", "reset:reset:2", "receive:received:1", "start:started:2");
    states("finish:passed:3");
    logs("0:first", "1!", "0:second", "1!");
    assertThat(flaws()).isEmpty();
    assertThat(job().resets()).isEqualTo(1);
    assertThat(job().log()).isEqualTo("second");
  }

  @Test
  void theDeadWorkersUnendedRunIsNoFlaw() {
    states("receive:received:1", "start:started:2");
    states("receive:received:1", "start:started:2", "finish:passed:3");
    logs("0:half", "0:whole", "1!");
    assertThat(flaws()).isEmpty();
  }

  @Test
  void aRunThatGoesOnWhileAnotherBeginsIsNoFlaw() {
    states("receive:received:1", "start:started:2", "receive:received:1", "finish:passed:3");
    logs("0:whole", "1!");
    assertThat(flaws()).isEmpty();
  }

  @Test
  void findsGapsDuplicatesAndDisorderInStates() {
    states("receive:received:1", "start:started:3", "start:started:3", "finish:passed:2");
    logs("0!");
    assertThat(flaws())
        .containsExactly(Kind.STATE_GAP, Kind.STATE_DUPLICATE, Kind.STATE_OUT_OF_ORDER);
  }

  @Test
  void findsASecondFinish() {
    states("receive:received:1", "finish:passed:2", "finish:failed:3");
    logs("0!");
    assertThat(flaws()).containsExactly(Kind.UPDATE_AFTER_END, Kind.SEVERAL_FINISHES);
  }

  @Test
  void findsAStateThatDoesNotGoWithItsEvent() {
    states("receive:received:1", "finish:started:2");
    logs("0!");
    assertThat(flaws()).containsExactly(Kind.STATE_UNKNOWN);
  }

  @Test
  void findsGapsDuplicatesAndDisorderInLogs() {
    states("receive:received:1", "finish:passed:2");
    logs("0:a", "3:d", "2:c", "3:d", "4!", "5:late");
    assertThat(flaws())
        .containsExactly(
            Kind.LOG_OUT_OF_ORDER, Kind.LOG_DUPLICATE, Kind.LOG_AFTER_END, Kind.LOG_GAP);
  }

  @Test
  void aPartThatComesTwiceIsTheSameBothTimes() {
    states("receive:received:1", "finish:passed:2");
    logs("0:a", "1:b", "1:b", "2!", "2!", "1:c");
    assertThat(flaws())
        .containsExactly(Kind.LOG_DUPLICATE, Kind.LOG_DUPLICATE, Kind.LOG_PART_CHANGED);
  }

  @Test
  void findsALogWithoutEnd() {
    states("receive:received:1", "finish:passed:2");
    logs("0:a");
    assertThat(flaws()).containsExactly(Kind.LOG_NOT_ENDED);
  }

  @Test
  void findsPartsThatAreTooLongOrSplitACharacter() {
    states("receive:received:1", "finish:passed:2");
    logs("0:" + "é".repeat(827), "1:bro\uFFFD", "2!");
    assertThat(flaws()).containsExactly(Kind.LOG_PART_TOO_LONG, Kind.LOG_SPLIT_CHARACTER);
  }

  private JobRecord job() {
    return new JobRecord(1, updates, parts);
  }

  private List<Kind> flaws() {
    return job().flaws().stream().map(ContractViolation::kind).toList();
  }

  /** {@code event:state:count} each. */
  private void states(String... specs) {
    for (String spec : specs) {
      String[] words = spec.split(":", 3);
      JsonNode body =
          body(
              Map.of(
                  "id",
                  1,
                  "state",
                  words[1],
                  "meta",
                  Map.of("state_update_count", Integer.parseInt(words[2]))));
      updates.add(StateUpdate.of("job:test:" + words[0], body, NOW));
    }
  }

  /** {@code number:text} each, or {@code number!} for the final part. */
  private void logs(String... specs) {
    for (String spec : specs) {
      boolean last = spec.endsWith("!");
      String[] words = spec.replace("!", ":").split(":", 2);
      JsonNode body =
          body(
              Map.of(
                  "id",
                  1,
                  "number",
                  Integer.parseInt(words[0]),
                  "log",
                  last ? "" : words[1],
                  "final",
                  last));
      parts.add(LogPart.of(body, NOW));
    }
  }

  private static JsonNode body(Map<String, Object> members) {
    return Json.object(Json.write(members).getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }
}
