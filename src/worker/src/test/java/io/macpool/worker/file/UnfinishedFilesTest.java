package io.macpool.worker.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A file that is being written is not a broken one. */
class UnfinishedFilesTest {

  private static final byte[] WHOLE = "{\"job\":{\"id\":7},\"a\":\"\u00e4\u20ac\"}".getBytes(UTF_8);
  private final UnfinishedFiles files = new UnfinishedFiles();

  @Test
  void everyBeginningOfAFileIsLeftUntilItIsWhole() {
    for (int length = 0; length < WHOLE.length; length++) {
      assertThat(files.isStillWritten("a", Arrays.copyOf(WHOLE, length), 0))
          .as("%d bytes", length)
          .isTrue();
    }
    assertThat(files.isStillWritten("a", WHOLE, 0)).isFalse();
  }

  @Test
  void oneThatStaysAsItIsIsTaken() {
    byte[] half = Arrays.copyOf(WHOLE, 9);
    long patience = UnfinishedFiles.PATIENCE.toNanos();
    assertThat(files.isStillWritten("a", half, 0)).isTrue();
    assertThat(files.isStillWritten("a", half, patience - 1)).isTrue();
    assertThat(files.isStillWritten("a", half, patience)).isFalse();
  }

  @Test
  void whatIsNoJsonIsTakenAtOnce() {
    assertThat(files.isStillWritten("a", "not a job, whatever follows".getBytes(UTF_8), 0))
        .isFalse();
  }
}
