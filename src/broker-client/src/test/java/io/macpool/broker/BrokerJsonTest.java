package io.macpool.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import io.macpool.broker.Documents.ApiError;
import io.macpool.broker.Documents.Data;
import io.macpool.broker.Documents.Errors;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerJsonTest {

  @Test
  void anInstanceIsWrittenAsOldClientsReadIt() throws Exception {
    Instance instance =
        new Instance(
            Instance.TYPE,
            "7b1e",
            List.of("10.182.3.7"),
            "powered-on",
            Instant.parse("2026-11-21T10:00:00Z"),
            Duration.ofMillis(62_500),
            null,
            null,
            null,
            null,
            null,
            null);

    String json = BrokerJson.mapper().writeValueAsString(new Data<>(List.of(instance)));

    assertThat(json)
        .isEqualTo(
            "{\"data\":[{\"type\":\"instances\",\"id\":\"7b1e\",\"ip-addresses\":[\"10.182.3.7\"],"
                + "\"state\":\"powered-on\",\"created_at\":\"2026-11-21T10:00:00Z\","
                + "\"age\":\"1m2.5s\"}]}");
    assertThat(BrokerJson.mapper().readValue(json, new TypeReference<Data<Instance>>() {}).data())
        .containsExactly(instance);
  }

  @Test
  void membersOfANewerBrokerAreIgnored() throws Exception {
    Instance read =
        BrokerJson.mapper()
            .readValue("{\"id\":\"a\",\"ip-addresses\":null,\"x\":{\"y\":1}}", Instance.class);

    assertThat(read.id()).isEqualTo("a");
    assertThat(read.ipv4()).isEmpty();
  }

  @Test
  void anErrorLeavesOutWhatIsEmpty() throws Exception {
    assertThat(
            BrokerJson.mapper()
                .writeValueAsString(
                    new Errors(List.of(new ApiError("401", null, "token is required", "")))))
        .isEqualTo("{\"errors\":[{\"status\":\"401\",\"title\":\"token is required\"}]}");
  }

  @Test
  void theAddressToDialIsTheFirstIpv4One() {
    Instance instance =
        new Instance(
            Instance.TYPE,
            "a",
            List.of("fe80::1", "10.0.0.2", "10.0.0.3"),
            "powered-on",
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);

    assertThat(instance.ipv4()).contains("10.0.0.2");
  }

  @Test
  void anOldBrokersNullIsAnEmptyList() throws Exception {
    assertThat(Documents.read("{\"data\":null}".getBytes(UTF_8), Instance.class)).isEmpty();
  }

  /** Whoever takes such an answer for none destroys, creates or tells on the ground of nothing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{\"data\":[null]}",
        "{\"data\":[{}]}",
        "{\"data\":[{\"id\":null}]}",
        "{\"errors\":[{\"title\":\"it is not there\"}]}"
      })
  void anAnswerWithoutItsDataIsNotAnEmptyOne(String answer) {
    for (Class<?> type : List.of(Instance.class, HostInfo.class, Capacity.class)) {
      assertThatThrownBy(() -> Documents.read(answer.getBytes(UTF_8), type))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void slotsOfWhichNothingIsToldAreNotNone() {
    String answer =
        "{\"data\":[{\"type\":\"capacity\",\"slots\":{\"total\":2,\"used\":1,\"warm\":0}}]}";
    assertThatThrownBy(() -> Documents.read(answer.getBytes(UTF_8), Capacity.class))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("free");
  }

  @Test
  void aHostHasNoMoreSlotsThanCanBeDrawn() {
    String answer =
        """
        {"data":[{"id":"a","name":"a","state":"ready","total":2000000000,"used":0,"warm":0,\
        "free":0}]}\
        """;
    assertThatThrownBy(() -> Documents.read(answer.getBytes(UTF_8), HostInfo.class))
        .hasMessageContaining("a host of 2000000000 slots");
  }
}
