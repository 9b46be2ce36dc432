package io.macpool.broker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.macpool.core.GoDuration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is written and read to have an instance, token by token: to make {@link BrokerJson}'s mapper
 * takes a process longer than all its calls. What is not as brokers usually write it is left to the
 * mapper, so that both read the same.
 */
final class InstanceJson {

  private static final JsonFactory JSON = new JsonFactory();

  private static final Set<String> TEXTS =
      Set.of("type", "id", "state", "base-image", "host", "owner", "phase", "provider");

  /** Read into records that only the mapper makes. */
  private static final Set<String> RARE = Set.of("endpoints");

  private InstanceJson() {}

  /** The body of a create. */
  static byte[] order(NewInstance wanted) {
    return written(
        json -> {
          json.writeStringField("type", wanted.type());
          json.writeStringField("base-image", wanted.baseImage());
          if (wanted.cpus() != null) {
            json.writeNumberField("cpus", wanted.cpus());
          }
          if (wanted.ram() != null) {
            json.writeNumberField("ram", wanted.ram());
          }
        });
  }

  /** The body of a renewal. */
  static byte[] lease(Duration duration) {
    return written(
        json -> {
          json.writeStringField("type", LeaseInfo.TYPE);
          json.writeStringField("duration", GoDuration.format(duration));
        });
  }

  @FunctionalInterface
  private interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] written(Members members) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeObjectFieldStart("data");
      members.write(json);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory can't be written to", e);
    }
    return body.toByteArray();
  }

  /** The instances of an answer; empty if it is for the mapper. */
  static Optional<List<Instance>> read(byte[] body) {
    try (JsonParser json = JSON.createParser(body)) {
      return document(json);
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<List<Instance>> document(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT
        || json.nextToken() != JsonToken.FIELD_NAME
        || !json.currentName().equals("data")
        || json.nextToken() != JsonToken.START_ARRAY) {
      return Optional.empty();
    }
    List<Instance> found = new ArrayList<>();
    while (json.nextToken() == JsonToken.START_OBJECT) {
      Optional<Instance> one = instance(json);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      found.add(one.get());
    }
    return json.currentToken() == JsonToken.END_ARRAY && json.nextToken() == JsonToken.END_OBJECT
        ? Optional.of(List.copyOf(found))
        : Optional.empty();
  }

  private static Optional<Instance> instance(JsonParser json) throws IOException {
    Map<String, Object> members = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken token = json.nextToken();
      Optional<Object> value =
          token == JsonToken.VALUE_NULL ? Optional.of(name) : value(json, name);
      if (value.isEmpty() || members.containsKey(name)) {
        return Optional.empty();
      }
      members.put(name, token == JsonToken.VALUE_NULL ? null : value.get());
    }
    return json.currentToken() == JsonToken.END_OBJECT && members.get("id") != null
        ? Optional.of(instance(members))
        : Optional.empty();
  }

  private static Optional<Object> value(JsonParser json, String name) throws IOException {
    boolean text = json.currentToken() == JsonToken.VALUE_STRING;
    if (TEXTS.contains(name)) {
      return text ? Optional.of(json.getText()) : Optional.empty();
    }
    if (RARE.contains(name)) {
      return Optional.empty();
    }
    switch (name) {
      case "created_at", "expires-at" -> {
        return text ? Optional.of(Instant.parse(json.getText())) : Optional.empty();
      }
      case "age" -> {
        return text ? Optional.of(GoDuration.parse(json.getText())) : Optional.empty();
      }
      case "warm" -> {
        return json.currentToken().isBoolean()
            ? Optional.of(json.getBooleanValue())
            : Optional.empty();
      }
      case "ip-addresses" -> {
        return addresses(json);
      }
      default -> {
        json.skipChildren();
        return Optional.of(name);
      }
    }
  }

  private static Optional<Object> addresses(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      return Optional.empty();
    }
    List<String> addresses = new ArrayList<>();
    while (json.nextToken() == JsonToken.VALUE_STRING) {
      addresses.add(json.getText());
    }
    return json.currentToken() == JsonToken.END_ARRAY ? Optional.of(addresses) : Optional.empty();
  }

  // A broker that leaves out what it must tell is read as by the mapper: as null.
  @SuppressWarnings({"NullAway", "unchecked"})
  private static Instance instance(Map<String, @Nullable Object> members) {
    return new Instance(
        (String) members.get("type"),
        (String) members.get("id"),
        (List<String>) members.get("ip-addresses"),
        (String) members.get("state"),
        (Instant) members.get("created_at"),
        (Duration) members.get("age"),
        (String) members.get("base-image"),
        (String) members.get("host"),
        (String) members.get("owner"),
        (String) members.get("phase"),
        (Boolean) members.get("warm"),
        (Instant) members.get("expires-at"),
        null,
        (String) members.get("provider"));
  }
}
