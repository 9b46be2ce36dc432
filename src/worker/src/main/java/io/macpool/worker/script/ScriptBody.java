package io.macpool.worker.script;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What the generator is asked with: a payload, and the worker's own settings in the place of fields
 * of the same names. All else is passed on byte for byte: a number or a text that is read and
 * written anew need not be the same one.
 */
final class ScriptBody {

  private static final JsonFactory JSON = new JsonFactory();

  private ScriptBody() {}

  /**
   * Puts them together.
   *
   * @param payload a JSON object in UTF-8
   * @throws IOException if it is none
   */
  static byte[] of(byte[] payload, ObjectNode own) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(payload.length + 512);
    body.write('{');
    try (JsonParser parser = JSON.createParser(payload)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the payload is not a JSON object");
      }
      int end = at(parser);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        int from = quote(payload, end);
        parser.nextToken();
        parser.skipChildren();
        parser.finishToken();
        end = at(parser);
        if (!own.has(name)) {
          body.write(payload, from, end - from);
          body.write(',');
        }
      }
    }
    byte[] settings = own.toString().getBytes(StandardCharsets.UTF_8);
    body.write(settings, 1, settings.length - 1);
    return body.toByteArray();
  }

  private static int at(JsonParser parser) throws IOException {
    long offset = parser.currentLocation().getByteOffset();
    if (offset < 0) { // of UTF-16 and UTF-32 none is known
      throw new IOException("the payload is not in UTF-8");
    }
    return Math.toIntExact(offset);
  }

  /** Between two members there is but a comma and white space. */
  private static int quote(byte[] payload, int from) throws IOException {
    int at = from;
    while (at < payload.length && payload[at] != '"') {
      at++;
    }
    if (at == payload.length) {
      throw new IOException("the payload is not in UTF-8");
    }
    return at;
  }
}
