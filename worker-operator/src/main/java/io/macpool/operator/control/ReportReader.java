package io.macpool.operator.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.macpool.core.pool.PoolSize;
import java.io.IOException;

/**
 * Reads what a worker told. Whatever is not a report is a failure and leaves the worker unknown: a
 * number that can't be read must not become a 0, nor one that can't be true enter a sum.
 */
final class ReportReader {

  /** More processors than any worker has: a larger number is no number of processors. */
  private static final int MOST_PROCESSORS = 100_000;

  private final ObjectMapper json = new ObjectMapper();

  /**
   * The report in {@code body}.
   *
   * @param what the question, for the message of a failure
   * @throws RemoteControlException if it is none
   */
  WorkerReport read(String what, byte[] body) {
    JsonNode report = tree(what, body);
    int alive = processors(what, report, "poolSize");
    // Old workers tell no expected size. One that counts wrongly gets no more than it says it has.
    int expected =
        report.has("expectedPoolSize") ? processors(what, report, "expectedPoolSize") : alive;
    int most = Math.max(alive, expected);
    int running = 0;
    for (JsonNode processor : report.path("processors")) {
      running += processor.path("status").asText().equals("processing") ? 1 : 0;
    }
    return new WorkerReport(
        new PoolSize(most, expected),
        Math.min(running, most),
        report.path("totalProcessed").asLong(),
        report.path("draining").asBoolean());
  }

  private JsonNode tree(String what, byte[] body) {
    try {
      return json.readTree(body);
    } catch (IOException e) {
      throw new RemoteControlException(
          what + ": the answer is no JSON: is it a worker, and is REMOTE_CONTROL_PORT its port?",
          true,
          e);
    }
  }

  private static int processors(String what, JsonNode report, String field) {
    JsonNode number = report.path(field);
    if (!number.isIntegralNumber()
        || !number.canConvertToInt()
        || number.intValue() < 0
        || number.intValue() > MOST_PROCESSORS) {
      throw new RemoteControlException(
          what + ": the answer's " + field + " is no number of processors: is it a worker?",
          true,
          null);
    }
    return number.intValue();
  }
}
