package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.macpool.worker.script.ScriptException.Kind;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;

/** Whether an answer of the generator is a script, and what it is if not. */
final class ScriptAnswer {

  private static final List<String> NO_SCRIPTS =
      List.of("text/html", "application/xhtml", "application/json", "application/xml", "image/");

  /** Of pages, with a byte order mark or without, and of JSON. */
  private static final List<String> NO_BEGINNINGS =
      List.of("<", "\u00ef\u00bb\u00bf<", "{\"", "[{", "\u00ef\u00bb\u00bf{\"");

  private static final int SHOWN = 80;
  private static final int LONGEST_PLACE = 200;

  private ScriptAnswer() {}

  /** The script; throws a {@link ScriptException} if it is none. */
  static byte[] script(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status / 100 == 3) {
      throw new ScriptException(
          Kind.UNUSABLE,
          "the generator answered with status " + status,
          " and sends us to %s: set BUILD_API_URI to where it is"
              .formatted(
                  response
                      .headers()
                      .firstValue("Location")
                      .map(ScriptAnswer::place)
                      .orElse("nowhere")),
          null);
    }
    if (status / 100 == 2 && status != 200) { // it would be no other the next time
      throw new ScriptException(
          Kind.UNUSABLE,
          "the generator answered with status " + status + ", which has no script: 200 has one",
          null);
    }
    if (status != 200) {
      boolean refused = status / 100 == 4 && status != 408 && status != 429;
      throw new ScriptException(
          refused ? Kind.REFUSED : Kind.UNAVAILABLE,
          "the generator answered with status " + status,
          null);
    }
    byte[] body = response.body();
    if (isBlank(body)) { // bash would run it, and say that all is well
      throw new ScriptException(
          Kind.UNAVAILABLE, "the generator answered with an empty script", null);
    }
    if (!tellsItsEnd(response) && body[body.length - 1] != '\n') {
      throw new ScriptException(
          Kind.UNAVAILABLE,
          "the generator's script ends in the middle of a line, and the answer does not tell its length: it may be cut off",
          null);
    }
    requireScript(response, body);
    return body;
  }

  /** Without what may be a secret of ours: who sends us on often hands back what we asked with. */
  private static String place(String location) {
    String shown = location.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
    return printable(shown.substring(0, Math.min(shown.length(), LONGEST_PLACE)));
  }

  private static boolean isBlank(byte[] body) {
    for (byte each : body) {
      if (each < 0 || each > ' ') {
        return false;
      }
    }
    return true;
  }

  /** Whether a connection that is lost too early would have been noticed. */
  private static boolean tellsItsEnd(HttpResponse<byte[]> response) {
    return response.headers().firstValue("Content-Length").isPresent()
        || response.headers().firstValue("Transfer-Encoding").isPresent();
  }

  private static void requireScript(HttpResponse<byte[]> response, byte[] body) {
    String type =
        response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT).strip();
    String coding = response.headers().firstValue("Content-Encoding").orElse("identity").strip();
    String start = new String(body, 0, Math.min(body.length, SHOWN), ISO_8859_1).strip();
    if (NO_SCRIPTS.stream().anyMatch(type::startsWith)
        || NO_BEGINNINGS.stream().anyMatch(start::startsWith)) {
      throw unusable("a page (%s) that begins: %s".formatted(printable(type), printable(start)));
    }
    if (!coding.equalsIgnoreCase("identity")) {
      throw unusable("a script in " + printable(coding) + ", which nobody asked for");
    }
    for (byte each : body) {
      if (each == 0) {
        throw unusable("bytes that are no text");
      }
    }
  }

  private static ScriptException unusable(String what) {
    return new ScriptException(
        Kind.UNUSABLE,
        "the generator answered with something that is no bash script",
        ", but %s: look at BUILD_API_URI, and what stands before it".formatted(what),
        null);
  }

  private static String printable(String text) {
    return text.replaceAll("[^\\p{Print}]+", " ");
  }
}
