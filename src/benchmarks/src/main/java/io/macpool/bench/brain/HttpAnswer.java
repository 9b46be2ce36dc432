package io.macpool.bench.brain;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One answer of an HTTP/1.1 server that tells its body's length, as all of ours do. */
record HttpAnswer(int status, String head, Buffer content) {

  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

  String body() {
    return content.toString(StandardCharsets.UTF_8);
  }

  /** A header's value, by its name in lower case; empty if there is none. */
  String header(String name) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  /** Puts answers together from the pieces in which they arrive, one at a time. */
  static final class Reader {

    private Buffer received = Buffer.buffer();
    private String head;
    private int bodyAt;
    private int bodyLength;

    /** The answer, if these were its last bytes; else null. */
    HttpAnswer take(Buffer bytes) {
      received.appendBuffer(bytes);
      if (head == null && !readHead()) {
        return null;
      }
      if (received.length() < bodyAt + bodyLength) {
        return null;
      }
      HttpAnswer answer =
          new HttpAnswer(
              Integer.parseInt(head.substring(9, 12)),
              head,
              received.slice(bodyAt, bodyAt + bodyLength));
      received = Buffer.buffer();
      head = null;
      return answer;
    }

    private boolean readHead() {
      int end = -1;
      for (int i = 3; i < received.length() && end < 0; i++) {
        if (received.getByte(i) == '\n' && received.getByte(i - 2) == '\n') {
          end = i + 1;
        }
      }
      if (end < 0) {
        return false;
      }
      head = received.getString(0, end, "ISO-8859-1");
      bodyAt = end;
      Matcher length = LENGTH.matcher(head);
      bodyLength = length.find() ? Integer.parseInt(length.group(1)) : 0;
      return true;
    }
  }
}
