package io.macpool.worker.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The script that starts a job's script in an instance, detached, and follows it. */
public final class Wrapper {

  private static final String RESOURCE = "wrapper.sh";
  private static final byte[] CONTENT = read();

  private Wrapper() {}

  /** Its text; what it does is told at its top. */
  public static byte[] content() {
    return CONTENT.clone();
  }

  private static byte[] read() {
    try (InputStream in = Wrapper.class.getResourceAsStream(RESOURCE)) {
      return Objects.requireNonNull(in, RESOURCE).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the wrapper script is missing in this jar", e);
    }
  }
}
