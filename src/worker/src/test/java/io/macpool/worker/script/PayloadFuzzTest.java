package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.PayloadException;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes as a message: it is no job, or a job whose generator gets what came. {@code
 * -Dfuzz.seed=N -Dfuzz.inputs=100000} plays others, and more.
 */
class PayloadFuzzTest {

  private static final int CASES = Integer.getInteger("fuzz.inputs", 20_000);

  /** What stands behind a message's end would be lost: that is no message. */
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final ObjectNode OWN =
      JSON.createObjectNode().put("paranoid", true).set("hosts", JSON.createObjectNode());
  private final long seed = Long.getLong("fuzz.seed", 17);
  private final Random random = new Random(seed);
  private final FuzzedMessage messages = new FuzzedMessage(random);

  @Test
  void aMessageIsNoJobOrComesToItsGeneratorAsItIs() {
    int jobs = 0;
    int refused = 0;
    for (int i = 0; i < CASES; i++) {
      byte[] message = messages.next(4711, random.nextInt(4));
      try {
        if (isPassedOn(message)) {
          jobs++;
        } else {
          refused++;
        }
      } catch (IOException | RuntimeException | AssertionError e) {
        String text = new String(message, ISO_8859_1);
        throw new AssertionError("seed %d, case %d: %s".formatted(seed, i, text), e);
      }
    }
    assertThat(jobs).isGreaterThan(CASES / 20);
    assertThat(refused).isGreaterThan(CASES / 20);
  }

  private static boolean isPassedOn(byte[] message) throws IOException {
    JobPayload job;
    try {
      job = FuzzedMessage.job(message);
    } catch (PayloadException e) {
      assertThat(e.getMessage()).startsWith("it ");
      return false;
    }
    assertThat(job.jobId()).isPositive();
    assertThat(job.body().bytes()).isEqualTo(message);
    JsonNode expected = ((ObjectNode) JSON.readTree(message)).setAll(OWN);
    JsonNode body = JSON.readTree(ScriptBody.of(message, OWN));
    assertThat(body).isEqualTo(expected);
    assertThat(body.path("job").path("id").asLong()).isEqualTo(job.jobId());
    assertThat(job.rejection().isPresent()).isEqualTo(!body.path("config").isObject());
    return true;
  }
}
