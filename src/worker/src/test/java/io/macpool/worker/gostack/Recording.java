package io.macpool.worker.gostack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.worker.gostack.PublishedMessages.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the Go worker said and was answered. */
record Recording(List<Message> messages, List<JsonNode> scripts, List<JsonNode> broker) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Its own settings, which it puts into each payload for the generator. */
  private static final List<String> OWN = List.of("paranoid", "fix_resolv_conf", "fix_etc_hosts");

  static Recording read() throws IOException {
    return new Recording(
        lines("amqp.jsonl").stream().map(Message::recorded).toList(),
        lines("build-http.jsonl"),
        lines("broker-http.jsonl"));
  }

  private static List<JsonNode> lines(String name) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    try (InputStream in = Recording.class.getResourceAsStream("/go-stack/" + name)) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        nodes.add(JSON.readTree(line));
      }
    }
    return nodes;
  }

  /** The jobs' ids, as they were asked for. */
  List<Long> jobs() {
    return messages.stream().map(Message::job).distinct().sorted().toList();
  }

  /** The messages that the jobs came in. */
  List<String> payloads() throws IOException {
    List<String> payloads = new ArrayList<>();
    for (JsonNode script : scripts) {
      ObjectNode payload = (ObjectNode) JSON.readTree(script.path("body").asText());
      payloads.add(payload.remove(OWN).toString());
    }
    return payloads;
  }
}
