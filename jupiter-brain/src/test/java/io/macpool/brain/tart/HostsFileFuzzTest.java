package io.macpool.brain.tart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.sim.fuzz.FuzzTarget;
import io.macpool.sim.fuzz.Fuzzing;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever stands in the hosts file: it is refused in words, or each Mac in it can be reached. */
class HostsFileFuzzTest {

  private final Fuzzing fuzzing = Fuzzing.of("hosts-file").allocating(32L << 20);

  @Test
  void aFileIsRefusedOrTaken() {
    fuzzing.run(4_000, new Files());
  }

  /** One that takes hosts for a list without a look. */
  @Test
  void aReaderThatDoesNotLookIsFound() {
    fuzzing.mustFind(
        4_000,
        new Files() {
          @Override
          HostsFile read(String text) {
            try {
              return super.read(text);
            } catch (IllegalArgumentException e) {
              if (e.getMessage().contains("hosts must be a list")) {
                throw new ClassCastException("hosts");
              }
              throw e;
            }
          }
        });
  }

  static class Files implements FuzzTarget {

    HostsFile read(String text) {
      return HostsFile.parse(text);
    }

    @Override
    public void play(byte[] input) {
      String text = new String(input, UTF_8);
      HostsFile file;
      try {
        file = read(text);
      } catch (IllegalArgumentException e) {
        assertThat(e.getClass()).isEqualTo(IllegalArgumentException.class);
        assertThat(e.getMessage()).isNotBlank();
        return;
      }
      assertThat(file.macs()).isNotEmpty();
      assertThat(file.macs().stream().map(Mac::name).collect(Collectors.toSet()))
          .hasSameSizeAs(file.macs());
      for (Mac mac : file.macs()) {
        assertThat(mac.port()).isBetween(1, 65_535);
        assertThat(mac.address()).isNotBlank().doesNotContain(" ", "\n", "'");
        assertThat(mac.user()).matches("[A-Za-z0-9._-]+");
        mac.slots().ifPresent(slots -> assertThat(slots).isBetween(0, 64));
      }
      assertThat(file.images().keySet()).containsAll(file.pull());
    }
  }
}
