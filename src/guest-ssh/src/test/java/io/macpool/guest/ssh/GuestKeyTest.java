package io.macpool.guest.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys here open nothing: they were made for this test. */
class GuestKeyTest {

  @ParameterizedTest
  @CsvSource({
    "pkcs1-plain.pem, , RSA",
    "pkcs1-encrypted.pem, opensesame, RSA",
    "pkcs1-aes256.pem, opensesame, RSA",
    "pkcs1-des3.pem, opensesame, RSA",
    "ec-des3.pem, opensesame, EC",
    "pkcs8-plain.pem, , RSA",
    "openssh-rsa-encrypted, opensesame, RSA",
    "openssh-encrypted, opensesame, EdDSA",
    "openssh-plain, , EC"
  })
  void readsTheFormatsInTheField(String file, String passphrase, String algorithm)
      throws URISyntaxException {
    GuestKey key = GuestKey.load(resource(file), Optional.ofNullable(passphrase));
    assertThat(key.pair().getPrivate().getAlgorithm()).startsWith(algorithm);
  }

  @ParameterizedTest
  @CsvSource({
    "pkcs1-des3.pem, wrong, can't be decrypted with the passphrase that is set",
    "pkcs1-encrypted.pem, wrong, can't be decrypted with the passphrase that is set",
    "openssh-encrypted, wrong, can't be decrypted with the passphrase that is set",
    "pkcs1-encrypted.pem, , 'is encrypted, and no passphrase is set'",
    "openssh-encrypted, , 'is encrypted, and no passphrase is set'"
  })
  void saysWhatIsTheMatterWithThePassphrase(String file, String passphrase, String reason)
      throws URISyntaxException {
    Path path = resource(file);
    assertThatThrownBy(() -> GuestKey.load(path, Optional.ofNullable(passphrase)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the private key %s %s", path, reason);
  }

  @Test
  void saysHowToChangeAKeyThatIsNotRead() throws URISyntaxException {
    Path path = resource("pkcs8-encrypted.pem");
    assertThatThrownBy(() -> GuestKey.load(path, Optional.of("opensesame")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ssh-keygen -p -f " + path);
  }

  @Test
  void saysThatAFileIsNotThere() {
    assertThatThrownBy(() -> GuestKey.load(Path.of("/nowhere/key"), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the private key /nowhere/key is not there");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n",
        """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEA
        -----END OPENSSH PRIVATE KEY-----
        """
      })
  void saysThatAFileHoldsNoKey(String content, @TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("key"), content);
    assertThatThrownBy(() -> GuestKey.load(file, Optional.of("secret")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the private key " + file)
        .hasMessageContaining("PEM or OpenSSH's format");
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(GuestKeyTest.class.getResource(name), name).toURI());
  }
}
