package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is passed on is passed on untouched. */
class ScriptBodyTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectNode OWN = JSON.createObjectNode().put("paranoid", true);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3.10",
        "1e400",
        "0.1234567890123456789012345678901234567890",
        "12345678901234567890123",
        "1.0E+2",
        "-0.0",
        "\"\\ud800 lone\"",
        "\"\\u0041\\/ \u00e4\"",
        "{ \"a\" : [ 1.50 , { } ] }",
        "null"
      })
  void valuesKeepTheirBytes(String value) throws IOException {
    String body =
        text(
            "{ \"first\": %s ,\n \"paranoid\":[1,{\"x\":\"}\"}], \"last\":%s }"
                .formatted(value, value));
    assertThat(body)
        .isEqualTo("{\"first\": %s,\"last\":%s,\"paranoid\":true}".formatted(value, value));
  }

  @Test
  void anEmptyPayloadHasTheSettings() throws IOException {
    assertThat(text(" {} ")).isEqualTo("{\"paranoid\":true}");
  }

  @Test
  void whatIsNoObjectIsRefused() {
    for (String payload : new String[] {"", "[1]", "7", "{", "{\"a\":"}) {
      assertThatThrownBy(() -> text(payload)).as(payload).isInstanceOf(IOException.class);
    }
  }

  /** Whatever the payload: the same values, and the settings. */
  @Test
  void fuzzedPayloadsAreTheSameBehindIt() throws IOException {
    Random random = new Random(17);
    for (int i = 0; i < 100_000; i++) {
      ObjectNode payload = JSON.createObjectNode();
      int fields = random.nextInt(5);
      for (int field = 0; field < fields; field++) {
        payload.set(random.nextInt(8) == 0 ? "paranoid" : name(random), value(random, 3));
      }
      String text = random.nextBoolean() ? payload.toString() : payload.toPrettyString();
      ObjectNode expected = payload.deepCopy();
      expected.setAll(OWN);
      assertThat(JSON.readTree(ScriptBody.of(text.getBytes(UTF_8), OWN))).isEqualTo(expected);
    }
  }

  private static String name(Random random) {
    String letters = "ab\"\\{}[],:\u00e4\u20ac\n ";
    StringBuilder name = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      name.append(letters.charAt(random.nextInt(letters.length())));
    }
    return name.toString();
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 7)) {
      case 0 -> JSON.getNodeFactory().numberNode(random.nextLong());
      case 1 -> JSON.getNodeFactory().numberNode(random.nextInt(10_000) / 8.0);
      case 2 -> JSON.getNodeFactory().textNode(name(random));
      case 3 -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
      case 4 -> JSON.getNodeFactory().nullNode();
      case 5 -> JSON.createArrayNode().add(value(random, depth - 1)).add(value(random, depth - 1));
      default -> JSON.createObjectNode().set(name(random), value(random, depth - 1));
    };
  }

  private static String text(String payload) throws IOException {
    return new String(ScriptBody.of(payload.getBytes(UTF_8), OWN), UTF_8);
  }
}
