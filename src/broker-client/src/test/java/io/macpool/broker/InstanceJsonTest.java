package io.macpool.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.macpool.broker.Documents.Data;
import io.macpool.broker.Documents.Single;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read token by token is what the mapper reads; the rest is left to it. */
class InstanceJsonTest {

  private static final String WHOLE =
      """
      {"data":[{"type":"instances","id":"7b1e","ip-addresses":["fe80::1","10.0.0.2"],
      "state":"powered-on","created_at":"2026-11-21T10:00:00.25Z","age":"1m2.5s",
      "base-image":"macos-15","host":"mac-7","owner":"a\\u00fc\\"b","phase":"running","warm":false,
      "expires-at":"2026-11-21T11:00:00Z","provider":"tart","later":{"x":[1,{"y":null}]}}]}\
      """;

  private static List<Instance> byMapper(String json) throws IOException {
    List<Instance> data =
        BrokerJson.mapper().readValue(json, new TypeReference<Data<Instance>>() {}).data();
    return data == null ? List.of() : data;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        WHOLE,
        "{\"data\":[]}",
        "{\"data\":[{\"id\":\"a\",\"ip-addresses\":null,\"warm\":null,\"host\":null}]}",
        "{\"data\":[{\"id\":\"a\",\"ip-addresses\":[]},{\"id\":\"b\",\"warm\":true}]}",
      })
  void aUsualAnswerIsReadAsTheMapperReadsIt(String json) throws Exception {
    assertThat(InstanceJson.read(json.getBytes(UTF_8))).contains(byMapper(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "{\"data\":null}",
        "{\"data\":[null]}",
        "{\"data\":[{\"id\":7}]}",
        "{\"data\":[{}]}",
        "{\"data\":[{\"id\":null}]}",
        "{\"data\":[{\"id\":\"a\",\"id\":\"b\"}]}",
        "{\"data\":[{\"warm\":\"true\"}]}",
        "{\"data\":[{\"age\":\"soon\"}]}",
        "{\"data\":[{\"created_at\":1.5}]}",
        "{\"data\":[{\"ip-addresses\":[1]}]}",
        "{\"data\":[{\"endpoints\":[{\"address\":\"10.0.0.1\",\"port\":2201}]}]}",
        "{\"data\":[],\"meta\":{\"warnings\":[\"no\"]}}",
        "{\"data\":[{\"id\":\"a\"}",
      })
  void anUnusualOneIsLeftToTheMapper(String json) {
    assertThat(InstanceJson.read(json.getBytes(UTF_8))).isEmpty();
  }

  /** Spoilt anywhere, an answer is left to the mapper, or read as it does. */
  @Test
  void aSpoiltAnswerIsNotReadOtherwise() throws Exception {
    Random random = new Random(7);
    String letters = "{}[]\",:0tfn\\aZ -";
    for (int i = 0; i < 5_000; i++) {
      StringBuilder spoilt = new StringBuilder(WHOLE);
      for (int j = random.nextInt(3); j >= 0; j--) {
        spoilt.setCharAt(
            random.nextInt(spoilt.length()), letters.charAt(random.nextInt(letters.length())));
      }
      Optional<List<Instance>> read = InstanceJson.read(spoilt.toString().getBytes(UTF_8));
      if (read.isPresent()) {
        assertThat(read.get()).as(spoilt.toString()).isEqualTo(byMapper(spoilt.toString()));
      }
    }
  }

  @Test
  void requestsAreThoseOfTheMapper() throws Exception {
    for (NewInstance wanted :
        List.of(
            NewInstance.of("macos \"15\"", null, null), NewInstance.of("macos-15", 4, 8_192L))) {
      assertThat(tree(InstanceJson.order(wanted)))
          .isEqualTo(tree(BrokerJson.mapper().writeValueAsBytes(new Single<>(wanted))));
    }
    assertThat(tree(InstanceJson.lease(Duration.ofSeconds(60))))
        .isEqualTo(
            BrokerJson.mapper()
                .valueToTree(Map.of("data", Map.of("type", "leases", "duration", "1m0s"))));
  }

  private static JsonNode tree(byte[] json) throws IOException {
    return BrokerJson.mapper().readTree(json);
  }
}
