package io.macpool.worker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.worker.job.LogPart;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A part is written by hand; to the byte it is what a tree of JSON would be. */
class AmqpLogsTest {

  @Property(tries = 300)
  void aPartIsTheTreesBytes(
      @ForAll String any,
      @ForAll long job,
      @ForAll @IntRange(min = 0) int number,
      @ForAll boolean withMeta)
      throws Exception {
    String content =
        new String(any.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8) + "\u001b[0m\r\n";
    Map<String, String> meta = withMeta ? Map.of("queued_at", "a \"time\"") : Map.of();
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("id", job).put("log", content).put("number", number);
    tree.put("uuid", "some-uuid").put("final", false);
    if (withMeta) {
      tree.putObject("meta").put("queued_at", "a \"time\"");
    }
    assertThat(AmqpLogs.body(new LogPart(job, "some-uuid", number, content, false, meta)))
        .isEqualTo(new ObjectMapper().writeValueAsBytes(tree));
  }
}
