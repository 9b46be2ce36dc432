package io.macpool.brain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.macpool.service.ProcessTree;
import io.macpool.sim.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The ledger's protocol as a model, {@code src/models/ledger.pml}, in every order that there is:
 * two brokers, two hosts, three instances, one crash. Each fault that was mended is found when it
 * is put back.
 */
class LedgerModelIT {

  private static final Path MODEL = Path.of("../src/models/ledger.pml").toAbsolutePath();

  private @TempDir Path directory;
  private String spin;

  @BeforeEach
  void findSpin() {
    Optional<String> program = Peer.SPIN.location();
    assumeTrue(program.isPresent(), "SPIN is not here: the model of the ledger is NOT checked");
    spin = program.get();
  }

  @Test
  void noOrderOfStepsBreaksAPromise() throws Exception {
    String said = check("-O2", "-DCRASHES=1");
    assertThat(said).contains("errors: 0").doesNotContain("Search not completed");
    assertThat(said).doesNotContain("max search depth too small");
  }

  @ParameterizedTest
  @CsvSource({
    "SLOT_FROM_MEMORY, there[0]",
    "KEY_FROM_MEMORY, keyed",
    "ASKS_BEFORE_RECORD, there[0]",
    "HANDS_OVER_FROM_MEMORY, given[i]",
    "RETIRES_FROM_MEMORY, owned[i]",
    "JUDGES_FROM_MEMORY, owned[i]",
    "FREES_BEFORE_DESTROYING, there[0]",
    "BELIEVES_ONE_LOOK, there[0]"
  })
  void aFaultThatIsPutBackIsFound(String fault, String broken) throws Exception {
    assertThat(check("-O0", "-DCRASHES=1 -D" + fault))
        .containsPattern("assertion violated .*" + Pattern.quote(broken));
  }

  /**
   * @param optimized as the compiler has it: a fault is found before that pays
   */
  private String check(String optimized, String defined) throws IOException, InterruptedException {
    String steps =
        """
        set -e
        "%s" %s -a "%s"
        gcc %s -DSAFETY -w -o pan pan.c
        ./pan -m1000000 -w24
        """
            .formatted(spin, defined, MODEL, optimized);
    Path said = directory.resolve("said");
    Process process =
        new ProcessBuilder(List.of("sh", "-c", steps))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("ended in time").isTrue();
    } finally {
      ProcessTree.kill(process);
    }
    return Files.readString(said);
  }
}
