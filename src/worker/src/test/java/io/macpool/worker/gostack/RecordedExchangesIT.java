package io.macpool.worker.gostack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.macpool.worker.gostack.Differences.Difference;
import io.macpool.worker.gostack.PublishedMessages.Message;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The eight jobs that a Go worker ran, run by this one: states, log parts and HTTP requests are
 * compared field by field with what was recorded. Only what docs/migrating.md tells of may differ,
 * and each of that must have been met.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecordedExchangesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_PART = 1653;
  private static final Set<String> TIMES =
      Set.of("queued_at", "received_at", "started_at", "finished_at");
  private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  /** The HTTP client's own, and what is no part of the contract. */
  private static final Set<String> CLIENT_HEADERS =
      Set.of(
          "accept-encoding",
          "connection",
          "content-length",
          "host",
          "http2-settings",
          "transfer-encoding",
          "upgrade",
          "user-agent");

  private static Differences differences;
  private static Recording there;
  private static Rehearsal here;

  @BeforeAll
  static void play(@TempDir Path directory) throws Exception {
    differences = Differences.read();
    there = Recording.read();
    here = Rehearsal.play(there, directory);
  }

  @Test
  @Order(1)
  void statesAreTheSame() {
    for (long job : there.jobs()) {
      List<Message> expected = of(there.messages(), job, false);
      List<Message> actual = of(here.messages(), job, false);
      assertThat(actual).as("states of %d", job).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        compareProperties(expected.get(i), actual.get(i));
        JsonNode asked = expected.get(i).body();
        JsonNode told = actual.get(i).body();
        assertThat(plain(told)).as("state %d of %d", i, job).isEqualTo(plain(asked));
      }
      assertThat(actual.stream().map(m -> m.body().path("meta").path("instance_id")).distinct())
          .as("one instance for %d, told from its start on", job)
          .hasSize(2);
    }
  }

  @Test
  @Order(2)
  void logsAreTheSame() {
    for (long job : there.jobs()) {
      List<Message> expected = of(there.messages(), job, true);
      List<Message> actual = of(here.messages(), job, true);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(names(expected.get(i).body())).isEqualTo(membersOf(i, i == expected.size() - 1));
      }
      for (int i = 0; i < actual.size(); i++) {
        boolean isLast = i == actual.size() - 1;
        Message alike = isLast ? expected.get(expected.size() - 1) : expected.get(i == 0 ? 0 : 1);
        compareProperties(alike, actual.get(i));
        JsonNode part = actual.get(i).body();
        assertThat(names(part))
            .as("members of part %d of %d", i, job)
            .isEqualTo(membersOf(i, isLast));
        assertThat(part.path("number").asInt()).isEqualTo(i);
        assertThat(part.path("final").asBoolean()).isEqualTo(isLast);
        assertThat(part.path("uuid")).isEqualTo(alike.body().path("uuid"));
        assertThat(part.path("log").asText().getBytes(StandardCharsets.UTF_8).length)
            .isLessThanOrEqualTo(LONGEST_PART);
        if (i == 0) {
          assertThat(part.path("meta")).isEqualTo(alike.body().path("meta"));
        }
      }
      compareText(job, text(expected), text(actual));
    }
  }

  /** As the recording has them: what the first part has more, and that the last has no text. */
  private static Set<String> membersOf(int number, boolean isLast) {
    Set<String> names = new TreeSet<>(Set.of("id", "log", "number", "uuid", "final"));
    if (number == 0 && !isLast) {
      names.add("meta");
    }
    return names;
  }

  @Test
  @Order(3)
  void theGeneratorIsAskedTheSame() throws JsonProcessingException {
    assertThat(here.scripts()).hasSameSizeAs(there.scripts());
    for (JsonNode expected : there.scripts()) {
      URI asked = URI.create(expected.path("uri").asText());
      LoggedRequest actual =
          here.scripts().stream()
              .filter(request -> request.getUrl().equals(asked.toString()))
              .findFirst()
              .orElseThrow(() -> new AssertionError("nobody asked " + asked));
      assertThat(actual.getMethod().value()).isEqualTo(expected.path("method").asText());
      assertThat(JSON.readTree(actual.getBodyAsString()))
          .isEqualTo(JSON.readTree(expected.path("body").asText()));
      compareHeaders(expected, actual);
    }
  }

  @Test
  @Order(4)
  void theBrokerIsAskedTheSame() throws JsonProcessingException {
    List<LoggedRequest> creates = asked("POST", "/instances");
    List<JsonNode> expectedCreates = recorded("POST", "/instances");
    assertThat(creates).hasSameSizeAs(expectedCreates);
    for (int i = 0; i < creates.size(); i++) {
      assertThat(JSON.readTree(creates.get(i).getBodyAsString()))
          .isEqualTo(JSON.readTree(expectedCreates.get(i).path("body").asText()));
      compareHeaders(expectedCreates.get(i), creates.get(i));
    }
    for (String method : List.of("GET", "DELETE")) {
      List<LoggedRequest> actual = asked(method, "/instances/" + UUID);
      JsonNode expected = recorded(method, "/instances/" + UUID).get(0);
      Set<String> instances = new TreeSet<>();
      actual.forEach(
          request -> {
            instances.add(request.getUrl());
            assertThat(request.getBodyAsString()).isEqualTo(expected.path("body").asText());
            compareHeaders(expected, request);
          });
      assertThat(instances).as("instances of %s", method).hasSameSizeAs(creates);
    }
    assertThat(asked("DELETE", "/instances/" + UUID)).hasSameSizeAs(creates);
    for (LoggedRequest request : here.broker()) {
      if (request.getUrl().startsWith("/instances")) {
        continue;
      }
      differences.meet(
          switch (request.getUrl().replaceAll("/leases/.*", "/leases")) {
            case "/capacity" -> "capacity-request";
            case "/leases" -> "lease-request";
            default -> throw new AssertionError("asked " + request.getUrl());
          });
    }
  }

  /** What the table excuses and nobody does any more would be a lie in the documents. */
  @Test
  @Order(5)
  void everyDifferenceOfTheTableWasMet() {
    assertThat(differences.met())
        .containsExactlyInAnyOrderElementsOf(
            differences.all().stream()
                .filter(one -> one.shownBy().contains("RecordedExchangesIT"))
                .map(Difference::name)
                .toList());
  }

  private static void compareProperties(Message expected, Message actual) {
    assertThat(actual.exchange()).isEqualTo(expected.exchange());
    assertThat(actual.routingKey()).isEqualTo(expected.routingKey());
    assertThat(actual.type()).isEqualTo(expected.type());
    assertThat(actual.contentType()).isEqualTo(expected.contentType());
    assertThat(actual.deliveryMode()).isEqualTo(expected.deliveryMode());
    assertThat(actual.priority()).isEqualTo(expected.priority());
    assertThat(actual.hasTimestamp()).isEqualTo(expected.hasTimestamp()).isTrue();
    assertThat(actual.hasHeaders()).isEqualTo(expected.hasHeaders());
    if (!actual.messageId().equals(expected.messageId())) {
      assertThat(actual.isLog()).as("only states have ids").isFalse();
      differences.meet("message-id");
    }
  }

  /** A state, with what is new at each run put in words. */
  private static JsonNode plain(JsonNode state) {
    ObjectNode copy = state.deepCopy();
    TIMES.forEach(
        name -> {
          if (copy.path(name).asText().matches("[0-9-]{10}T[0-9:]{8}Z")) {
            copy.put(name, name.equals("queued_at") ? copy.path(name).asText() : "a time");
          }
        });
    ObjectNode meta = (ObjectNode) copy.path("meta");
    if (meta.path("instance_id").asText().matches(UUID)) {
      meta.put("instance_id", "an instance");
    }
    return copy;
  }

  private void compareText(long job, String expected, String actual) {
    StringBuilder whole = new StringBuilder();
    String wanted = withoutRun(expected);
    String got = withoutRun(actual);
    int at = 0;
    for (int i = 0; i < wanted.length(); ) {
      if (wanted.charAt(i) != '\ufffd') {
        whole.append(wanted.charAt(i++));
        at++;
        continue;
      }
      // A character that was cut in two there: as many signs as it has bytes.
      int bytes = 0;
      while (i < wanted.length() && wanted.charAt(i) == '\ufffd') {
        bytes++;
        i++;
      }
      String character = new String(Character.toChars(got.codePointAt(at)));
      assertThat(character.getBytes(StandardCharsets.UTF_8).length).isEqualTo(bytes);
      whole.append(character);
      at += character.length();
      differences.meet("whole-characters");
    }
    assertThat(got).as("log of %d", job).isEqualTo(whole.toString());
  }

  private static String withoutRun(String text) {
    if (text.contains("\nversion: ? ?\n")) {
      return plainText(text.replace("\nversion: ? ?\n", "\nversion: V\n"));
    }
    differences.meet("version-line");
    return plainText(text.replaceFirst("\nversion: [^ \n]+\n", "\nversion: V\n"));
  }

  private static String plainText(String text) {
    return text.replaceFirst(
            "\nhostname: " + UUID + "@[0-9]+\\.testhost\n", "\nhostname: PROCESSOR\n")
        .replaceFirst("\ninstance: " + UUID + " ", "\ninstance: ID ")
        .replaceFirst("\nstartup: [0-9.]+m?s\n", "\nstartup: TIME\n");
  }

  private static void compareHeaders(JsonNode expected, LoggedRequest actual) {
    Set<String> extra = new TreeSet<>();
    actual.getHeaders().keys().forEach(name -> extra.add(name.toLowerCase(Locale.ROOT)));
    extra.removeAll(CLIENT_HEADERS);
    expected
        .path("headers")
        .fieldNames()
        .forEachRemaining(
            name -> {
              String lower = name.toLowerCase(Locale.ROOT);
              if (CLIENT_HEADERS.contains(lower)) {
                return;
              }
              assertThat(extra).as("headers of %s", actual.getUrl()).contains(lower);
              extra.remove(lower);
              String wanted = expected.path("headers").path(name).path(0).asText();
              String got = actual.getHeader(name);
              if (lower.equals("authorization")) {
                assertThat(got).matches("token [^ ]+");
                assertThat(wanted).matches("token [^ ]+");
              } else {
                assertThat(got).isEqualTo(wanted);
              }
            });
    differences.meet("user-agent");
    assertThat(actual.getHeader("User-Agent"))
        .isNotEqualTo(expected.path("headers").path("User-Agent").path(0).asText());
    for (String name : extra) {
      differences.meet(
          switch (name) {
            case "idempotency-key" -> "idempotency-key";
            case "macpool-lease" -> "lease-header";
            case "macpool-endpoints" -> "endpoints-header";
            case "traceparent" -> "traceparent";
            case "accept" -> "accept";
            case "x-request-id" -> "request-id";
            default -> throw new AssertionError("the header " + name + " of " + actual.getUrl());
          });
    }
  }

  private static List<Message> of(List<Message> messages, long job, boolean logs) {
    return messages.stream().filter(m -> m.job() == job && m.isLog() == logs).toList();
  }

  private static String text(List<Message> parts) {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.body().path("log").asText()));
    return text.toString();
  }

  private static Set<String> names(JsonNode body) {
    Set<String> names = new TreeSet<>();
    body.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<LoggedRequest> asked(String method, String path) {
    return here.broker().stream()
        .filter(r -> r.getMethod().value().equals(method) && r.getUrl().matches(path))
        .toList();
  }

  private static List<JsonNode> recorded(String method, String path) {
    return new ArrayList<>(
        there.broker().stream()
            .filter(
                r ->
                    r.path("method").asText().equals(method)
                        && r.path("uri").asText().matches(path))
            .toList());
  }
}
