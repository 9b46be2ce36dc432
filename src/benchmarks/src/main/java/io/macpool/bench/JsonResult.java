package io.macpool.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A run as JSON, for programs that compare runs. */
final class JsonResult {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private JsonResult() {}

  static void write(Path file, Instant at, Machine machine, List<Measurement> measurements)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("at", at.toString());
    root.put("machine", machine.toString());
    ArrayNode list = root.putArray("measurements");
    for (Measurement measurement : measurements) {
      ObjectNode one = list.addObject();
      one.put("name", measurement.name());
      one.put("value", measurement.value());
      one.put("unit", measurement.unit());
      measurement
          .baseline()
          .ifPresent(
              baseline ->
                  one.putObject("baseline")
                      .put("what", baseline.what())
                      .put("value", baseline.value()));
      measurement.ratio().ifPresent(ratio -> one.put("ratio", ratio));
      measurement.goal().ifPresent(goal -> one.put("goal", goal.toString()));
      measurement.met().ifPresent(met -> one.put("met", met));
    }
    Files.write(file, JSON.writeValueAsBytes(root));
  }
}
