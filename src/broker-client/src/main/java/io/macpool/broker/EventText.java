package io.macpool.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Server-sent events out of the bytes of an answer, each bounded in length. */
final class EventText {

  /**
   * One event.
   *
   * @param id of it, or of one before; empty if none had one
   */
  record Event(String name, String id, String data) {}

  private final int longest;
  private final Consumer<Event> listener;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private String name = "";
  private String id = "";

  /**
   * @param longest bytes of one event's data
   */
  EventText(int longest, Consumer<Event> listener) {
    this.longest = longest;
    this.listener = listener;
  }

  /**
   * Takes in what came, and tells of each event that is whole.
   *
   * @throws IOException if an event is longer than it may be
   */
  void take(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (next == '\n') {
        end(line.toString(StandardCharsets.UTF_8));
        line.reset();
      } else if (next != '\r') {
        line.write(next);
      }
      if (line.size() + data.length() > longest) {
        throw new IOException("an event is longer than " + longest + " bytes");
      }
    }
  }

  private void end(String text) {
    if (text.isEmpty()) {
      if (data.length() > 0) {
        listener.accept(new Event(name, id, data.substring(0, data.length() - 1)));
      }
      data.setLength(0);
      name = "";
      return;
    }
    int colon = text.indexOf(':');
    String field = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    value = value.startsWith(" ") ? value.substring(1) : value;
    switch (field) {
      case "event" -> name = value;
      case "id" -> id = value;
      case "data" -> data.append(value).append('\n');
      default -> {} // a comment, or what nobody here knows
    }
  }
}
