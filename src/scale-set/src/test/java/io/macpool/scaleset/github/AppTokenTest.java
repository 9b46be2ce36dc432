package io.macpool.scaleset.github;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppTokenTest {

  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  /** What stands before the PKCS#1 key in a PKCS#8 one of 2048 bits. */
  private static final int PKCS8_HEADER = 26;

  private static KeyPair pair;

  @TempDir private Path directory;

  @BeforeAll
  static void makeKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    pair = generator.generateKeyPair();
  }

  private Identity.App app(String pem) throws Exception {
    return new Identity.App("Iv1.abc", 77, Files.writeString(directory.resolve("key.pem"), pem));
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY"})
  void bothFormsOfAKeySign(String kind) throws Exception {
    byte[] pkcs8 = pair.getPrivate().getEncoded();
    byte[] der =
        kind.startsWith("RSA") ? Arrays.copyOfRange(pkcs8, PKCS8_HEADER, pkcs8.length) : pkcs8;

    String token = AppToken.sign(app(pem(kind, der)), NOW);

    String[] parts = token.split("\\.", -1);
    assertThat(parts).hasSize(3);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(pair.getPublic());
    signature.update((parts[0] + "." + parts[1]).getBytes(UTF_8));
    assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    assertThat(new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8))
        .contains("\"iss\":\"Iv1.abc\"")
        .contains("\"iat\":" + NOW.minusSeconds(60).getEpochSecond())
        .contains("\"exp\":" + NOW.plusSeconds(480).getEpochSecond());
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutBeingShown() throws Exception {
    assertThatThrownBy(() -> AppToken.sign(app("hunter2"), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no RSA private key")
        .hasMessageNotContaining("hunter2");
  }
}
