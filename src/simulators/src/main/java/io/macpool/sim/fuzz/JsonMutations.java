package io.macpool.sim.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Puts one value of a JSON document in another's place, or leaves it out. What a server has parsed
 * and sends on is always JSON: bytes that are none are refused before anybody reads their fields.
 */
final class JsonMutations {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<JsonNode> VALUES =
      List.of(
          parsed("null"),
          parsed("[]"),
          parsed("{}"),
          parsed("[null]"),
          parsed("{\"a\":{\"b\":[1]}}"),
          parsed("\"\""),
          parsed("\"x\""),
          parsed("\"7\""),
          parsed("true"),
          parsed("0"),
          parsed("-1"),
          parsed("1.5"),
          parsed("2000000000"),
          parsed("3000000000"),
          parsed("99999999999999999999"),
          parsed("1e300"));

  private JsonMutations() {}

  /** The input changed, or as it is if it is no JSON. */
  static byte[] changed(byte[] input, Random random) {
    try {
      JsonNode document = JSON.readTree(input);
      List<Place> places = new ArrayList<>();
      collect(document, places);
      if (places.isEmpty()) {
        return input;
      }
      Place place = places.get(random.nextInt(places.size()));
      if (random.nextInt(8) == 0) {
        place.leaveOut();
      } else if (random.nextInt(4) == 0) {
        place.set(places.get(random.nextInt(places.size())).value().deepCopy());
      } else {
        place.set(VALUES.get(random.nextInt(VALUES.size())));
      }
      return JSON.writeValueAsBytes(document);
    } catch (JsonProcessingException noJson) {
      return input;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  private static void collect(JsonNode node, List<Place> places) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        places.add(new Field(object, field.getKey()));
        collect(field.getValue(), places);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        places.add(new Element(array, i));
        collect(array.get(i), places);
      }
    }
  }

  /** Where a value stands. */
  private sealed interface Place {
    JsonNode value();

    void set(JsonNode value);

    void leaveOut();
  }

  private record Field(ObjectNode in, String name) implements Place {
    @Override
    public JsonNode value() {
      return in.get(name);
    }

    @Override
    public void set(JsonNode value) {
      in.set(name, value);
    }

    @Override
    public void leaveOut() {
      in.remove(name);
    }
  }

  private record Element(ArrayNode in, int index) implements Place {
    @Override
    public JsonNode value() {
      return in.get(index);
    }

    @Override
    public void set(JsonNode value) {
      in.set(index, value);
    }

    @Override
    public void leaveOut() {
      in.remove(index);
    }
  }
}
