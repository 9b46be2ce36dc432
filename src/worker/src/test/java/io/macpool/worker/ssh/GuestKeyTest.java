package io.macpool.worker.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys here open nothing: they were made for this test. */
class GuestKeyTest {

  @ParameterizedTest
  @CsvSource({
    "pkcs1-encrypted.pem, opensesame, RSA",
    "openssh-encrypted, opensesame, EdDSA",
    "openssh-plain, , EC"
  })
  void readsTheFormatsInTheField(String file, String passphrase, String algorithm)
      throws URISyntaxException {
    GuestKey key = GuestKey.load(resource(file), Optional.ofNullable(passphrase));
    assertThat(key.pair().getPrivate().getAlgorithm()).startsWith(algorithm);
  }

  @ParameterizedTest
  @CsvSource({"pkcs1-encrypted.pem, wrong", "openssh-encrypted, wrong", "openssh-encrypted, "})
  void aWrongOrMissingPassphraseIsOneClearSentence(String file, String passphrase)
      throws URISyntaxException {
    Path path = resource(file);
    assertThatThrownBy(() -> GuestKey.load(path, Optional.ofNullable(passphrase)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file)
        .hasMessageNotContaining("wrong");
  }

  @Test
  void aFileThatIsNoKeyOrNotThereIsOneClearSentence() {
    assertThatThrownBy(() -> GuestKey.load(Path.of("/nowhere/key"), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/nowhere/key");
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(GuestKeyTest.class.getResource(name), name).toURI());
  }
}
