package io.macpool.worker.job.wrapper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;

/**
 * The script that starts a job's script in an instance, detached, and shows it to the session of
 * the moment. It goes to {@link #COMMAND} by standard input: the user's login shell, through which
 * SSH starts every command, sees none of it.
 */
public final class Wrapper {

  /** Words that mean the same in every shell. */
  public static final String COMMAND = "exec /bin/sh";

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int KEY_BYTES = 16;
  private static final String BOOTSTRAP = read("bootstrap.sh");
  private static final String TEXT = read("wrapper.sh");

  private Wrapper() {}

  /** A name that nobody can guess: for a channel's nonce, and for the place of a job's files. */
  public static String newKey() {
    byte[] bytes = new byte[KEY_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** What takes a script of {@code size} bytes, and starts it when it is told to. */
  public static byte[] start(String nonce, String place, int size) {
    return (parameters("start", nonce, place, size)
            + BOOTSTRAP
            + "cat > \"$dir/wrapper\" <<'%s'\n%s%s\n".formatted(nonce, TEXT, nonce)
            + "[ $? = 0 ] && exec /bin/sh \"$dir/wrapper\" start \"$nonce\" \"$number\"\n"
            + "printf '%s failed there is no room in %s\\n' \"$nonce\" \"$dir\" >&2\n")
        .getBytes(UTF_8);
  }

  /** What follows a script that was started before, from byte {@code offset} of its output on. */
  public static byte[] attach(String nonce, String place, long offset) {
    return (parameters("attach", nonce, place, offset) + BOOTSTRAP).getBytes(UTF_8);
  }

  private static String parameters(String mode, String nonce, String place, long number) {
    return "mode=%s nonce=%s token=%s number=%d\n".formatted(mode, nonce, place, number);
  }

  private static String read(String resource) {
    try (InputStream in = Wrapper.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in, resource).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " is missing in this jar", e);
    }
  }
}
