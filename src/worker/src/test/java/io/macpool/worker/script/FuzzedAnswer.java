package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * An answer as anything in a generator's place may give it.
 *
 * @param headers as they are sent
 * @param text what comes of the body, a byte a letter
 * @param isWhole whether all came that was sent
 */
record FuzzedAnswer(int status, Map<String, List<String>> headers, String text, boolean isWhole) {

  byte[] body() {
    return text.getBytes(ISO_8859_1);
  }

  private static final int[] STATUSES = {
    100, 201, 202, 204, 206, 300, 301, 302, 303, 304, 305, 307, 307, 308, 308, 308, 400, 401, 403,
    404, 408, 410, 413, 418, 422, 429, 500, 502, 503, 504, 599, 999
  };
  private static final String[] TYPES = {
    "",
    "text/plain",
    "application/x-sh",
    "text/html; charset=utf-8",
    " TEXT/HTML",
    "application/json",
    "application/problem+json",
    "image/png",
    "application/octet-stream",
    ";;;",
    "\u00e4"
  };
  private static final String[] PLACES = {
    "https://127.0.0.1/elsewhere",
    "http://127.0.0.1:1/script",
    "http://127.0.0.1:99999/",
    "http://127.0.0.2/script",
    "https://evil.example/?",
    "//evil.example/script",
    "/again",
    "?job_id=2",
    "",
    " ",
    "%%",
    "http://[::1",
    "http:///",
    "ftp://127.0.0.1/script",
    "file:///etc/passwd",
    "mailto:a@b",
    "http://user:secret@127.0.0.1/x"
  };
  private static final String[] TEXTS = {
    "#!/bin/bash\necho begin\nexit 1\n",
    "#!/bin/bash\r\necho begin\r\n",
    "echo begin; echo end",
    "<!DOCTYPE html><html><body><form>Sign in</form></body></html>",
    "\u00ef\u00bb\u00bf<html>",
    "\n\n  <html>",
    "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
    "{\"error\":\"no such job\"}",
    " [{\"error\": 1}]",
    "",
    "\n",
    " \t\r\n ",
    "\u0000"
  };

  static FuzzedAnswer next(Random random) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.put("Content-Type", List.of(TYPES[random.nextInt(TYPES.length)]));
    byte[] body = body(random, headers);
    boolean isWhole = body.length == 0 || random.nextInt(5) > 0;
    byte[] came = isWhole ? body : Arrays.copyOf(body, random.nextInt(body.length));
    switch (random.nextInt(3)) {
      case 0 -> headers.put("Content-Length", List.of(Integer.toString(body.length)));
      case 1 -> headers.put("Transfer-Encoding", List.of("chunked"));
      default -> headers.put("Connection", List.of("close"));
    }
    int status = random.nextBoolean() ? 200 : STATUSES[random.nextInt(STATUSES.length)];
    if (status / 100 == 3 || random.nextInt(10) == 0) {
      List<String> places = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        places.add(PLACES[random.nextInt(PLACES.length)]);
      }
      headers.put("Location", places);
    }
    return new FuzzedAnswer(status, headers, new String(came, ISO_8859_1), isWhole);
  }

  private static byte[] body(Random random, Map<String, List<String>> headers) {
    byte[] text = TEXTS[random.nextInt(TEXTS.length)].getBytes(ISO_8859_1);
    switch (random.nextInt(12)) {
      case 0 -> {
        byte[] garbage = new byte[random.nextInt(300)];
        random.nextBytes(garbage);
        return garbage;
      }
      case 1 -> {
        headers.put("Content-Encoding", List.of(random.nextBoolean() ? "gzip" : "br"));
        return zipped(text);
      }
      case 2 -> {
        return zipped(text);
      }
      case 3 -> {
        return new String(text, ISO_8859_1).getBytes(UTF_16LE);
      }
      case 4 -> {
        byte[] mutated = text.clone();
        if (mutated.length > 0) {
          mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
        }
        return mutated;
      }
      case 5 -> {
        return ("echo " + "\u00e4".repeat(random.nextInt(9000)) + "\n").getBytes(UTF_8);
      }
      default -> {
        return text;
      }
    }
  }

  private static byte[] zipped(byte[] text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
