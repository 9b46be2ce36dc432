package io.macpool.brain.http.answer;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A body that a client sent: an object with {@code data}. Members that nobody knows are no reason
 * to refuse it, as newer clients may write more; they are answered with a warning.
 *
 * @param root the whole
 */
public record JsonBody(ObjectNode root) {

  private static final int MOST_WARNINGS = 10;
  private static final int LONGEST_NAME = 50;

  private static final ObjectMapper STRICT =
      new ObjectMapper(
              new JsonFactoryBuilder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(32).build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * Reads UTF-8.
   *
   * @throws IOException if it is not JSON
   */
  public static JsonNode read(byte[] body) throws IOException {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    return STRICT.readTree(text);
  }

  /** The call's body, if it is an object whose data is an object of this type. */
  public static Optional<JsonBody> of(RoutingContext call, String type) {
    Buffer body = call.body().buffer();
    try {
      return body != null
              && read(body.getBytes()) instanceof ObjectNode root
              && root.get("data") instanceof ObjectNode data
              && data.path("type").isTextual()
              && data.path("type").textValue().equals(type)
          ? Optional.of(new JsonBody(root))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it is nothing of the kind
    }
  }

  public JsonNode data() {
    return root.path("data");
  }

  /** A member of data, if it is a text. */
  public Optional<String> text(String member) {
    return Optional.ofNullable(data().get(member))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue);
  }

  /**
   * Which members have no effect, in words.
   *
   * @param known members of data that have one
   */
  public List<String> warnings(Set<String> known) {
    List<String> unknown = new ArrayList<>();
    collect(root, "", Set.of("data", "jsonapi", "meta"), unknown);
    collect(data(), "data.", known, unknown);
    List<String> warnings =
        new ArrayList<>(
            unknown.stream()
                .limit(MOST_WARNINGS)
                .map(name -> name + " is not known and has no effect")
                .toList());
    if (unknown.size() > MOST_WARNINGS) {
      warnings.add((unknown.size() - MOST_WARNINGS) + " more members have no effect");
    }
    return warnings;
  }

  private static void collect(
      JsonNode object, String prefix, Set<String> known, List<String> unknown) {
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        String shown = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
        unknown.add(prefix + shown);
      }
    }
  }
}
