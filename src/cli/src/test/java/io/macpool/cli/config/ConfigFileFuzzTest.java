package io.macpool.cli.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.broker.BrokerEndpoint;
import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Whatever stands in a person's configuration: it is refused in words that name the file and no
 * token, or each context in it can be used.
 */
class ConfigFileFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("config-file").allocating(32L << 20);

  @Test
  void aFileIsRefusedInWordsOrTaken() {
    fuzzing.run(2_000, new Files());
  }

  /** One that quotes what it can't read. */
  @Test
  void aReaderThatTellsATokenIsFound() {
    fuzzing.mustFind(
        2_000,
        new Files() {
          @Override
          ConfigFile read(String text) {
            try {
              return super.read(text);
            } catch (IllegalArgumentException e) {
              throw new IllegalArgumentException(e.getMessage() + ": " + text, e);
            }
          }
        });
  }

  static class Files implements FuzzTarget {

    private static final Path PATH = Path.of("/home/me/.config/macpool/config.yaml");

    ConfigFile read(String text) {
      return new ConfigParser(PATH, Path.of("/home/me")).parse(text);
    }

    @Override
    public void play(byte[] input) {
      ConfigFile file;
      try {
        file = read(new String(input, UTF_8));
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage())
            .startsWith("the configuration " + PATH + " ")
            .doesNotContain("t0ken-of-mine");
        return;
      }
      assertThat(file.contexts()).isNotEmpty();
      file.current().ifPresent(current -> assertThat(file.contexts()).containsKey(current));
      for (Context context : file.contexts().values()) {
        assertThat(BrokerEndpoint.parse(context.url())).isNotNull();
        assertThat(context.toString()).doesNotContain("t0ken");
      }
    }
  }
}
