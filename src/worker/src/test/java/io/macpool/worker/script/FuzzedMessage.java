package io.macpool.worker.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.worker.job.JobPayload;
import io.macpool.worker.job.PayloadException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

/** Messages with jobs, and what becomes of them where something goes wrong. */
final class FuzzedMessage {

  private static final String MESSAGE =
      """
      {"type":"test","uuid":"1b2c","queue":"builds.macos","vm_size":"large","trace":false,
       "job":{"id":4711,"number":"1.1","queued_at":"2026-11-29T08:00:00Z","branch":"m\u00e4in"},
       "config":{"osx_image":"xcode15","language":"swift","version":3.10,"script":["true","a \\"b\\" \\u00e4"]},
       "repository":{"id":1,"slug":"a/b"},"timeouts":{"hard_limit":3000,"log_silence":1e3},
       "meta":{"state_update_count":2,"start_failures":0},"paranoid":false,"hosts":[1,{"x":"}"}]}
      """;

  private static final String[] PIECES = {
    "1e400",
    "-0",
    "3.10",
    "12345678901234567890123456789",
    "NaN",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "null",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"job\":{\"id\":8},",
    "\"id\":-1,",
    "\"id\":\"7\",",
    "\"id\":9223372036854775808,",
    "\"config\":7,",
    "\u0000",
    "\u00ef\u00bb\u00bf",
    "\u00ff\u00fe",
    "\u00ed\u00a0\u0080",
    "\u00c0\u0080",
    "// note\n",
    "[".repeat(1500),
    "{\"a\":".repeat(600)
  };

  private final Random random;

  FuzzedMessage(Random random) {
    this.random = random;
  }

  /** A message with this job, changed so many times. */
  byte[] next(long id, int changes) {
    byte[] message = MESSAGE.replace("4711", Long.toString(id)).getBytes(UTF_8);
    for (int i = 0; i < changes; i++) {
      message = mutated(message, id);
    }
    return message;
  }

  /** The job in a message. */
  static JobPayload job(byte[] message) throws PayloadException {
    Optional<String> none = Optional.empty();
    return JobPayload.parse(
        message, new JobPayload.Attributes(none, none, none, none, none, none, none));
  }

  /** Its id; empty if there is none. */
  static Optional<Long> id(byte[] message) {
    try {
      return Optional.of(job(message).jobId());
    } catch (PayloadException e) {
      return Optional.empty();
    }
  }

  private byte[] mutated(byte[] message, long id) {
    int at = random.nextInt(message.length + 1);
    int to = at + random.nextInt(Math.min(40, message.length - at) + 1);
    return switch (random.nextInt(12)) {
      case 0 -> Arrays.copyOf(message, at);
      case 1 -> joined(message, at, new byte[0], to);
      case 2 -> joined(message, to, Arrays.copyOfRange(message, at, to), to);
      case 3 -> new String(message, UTF_8).getBytes(random.nextBoolean() ? UTF_16 : UTF_16LE);
      case 4 -> joined(message, 0, "\u00ef\u00bb\u00bf".getBytes(ISO_8859_1), 0);
      case 5 -> joined(message, message.length, message, message.length);
      case 6 -> {
        byte[] changed = message.clone();
        if (at < changed.length) {
          changed[at] = (byte) random.nextInt(256);
        }
        yield changed;
      }
      default -> {
        String another = "{\"id\":" + (id + 500_000) + "}";
        byte[] piece =
            PIECES[random.nextInt(PIECES.length)]
                .replace("{\"id\":8}", another)
                .getBytes(ISO_8859_1);
        // Where a member or a value may stand, so that not all is garbage.
        int place = random.nextInt(3) == 0 ? at : after(message, at);
        yield joined(message, place, piece, random.nextBoolean() ? place : Math.max(place, to));
      }
    };
  }

  private static int after(byte[] message, int from) {
    for (int at = from; at < message.length; at++) {
      if (message[at] == ',' || message[at] == '{' || message[at] == ':') {
        return at + 1;
      }
    }
    return message.length;
  }

  private static byte[] joined(byte[] message, int until, byte[] piece, int from) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(message, 0, until);
    bytes.writeBytes(piece);
    bytes.write(message, from, message.length - from);
    return bytes.toByteArray();
  }
}
