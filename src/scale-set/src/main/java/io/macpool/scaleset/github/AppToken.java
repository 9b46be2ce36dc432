package io.macpool.scaleset.github;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The signed words by which a GitHub App asks for a token of an installation: a JWT, RS256. */
final class AppToken {

  /** GitHub's clock may be behind ours. */
  private static final Duration BACKDATED = Duration.ofSeconds(60);

  /** GitHub takes ten minutes at most. */
  private static final Duration VALID = Duration.ofMinutes(8);

  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN ((?:RSA )?PRIVATE KEY)-----([\\sA-Za-z0-9+/=]+)-----END \\1-----");

  /** PKCS#8 before the length of a PKCS#1 key: version 0, the identifier of RSA. */
  private static final byte[] RSA_ALGORITHM = {
    0x02,
    0x01,
    0x00,
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  private static final ObjectMapper JSON = new ObjectMapper();

  private AppToken() {}

  /**
   * Signs.
   *
   * @throws IllegalArgumentException if the key's file can't be used
   */
  static String sign(Identity.App app, Instant now) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iat", now.minus(BACKDATED).getEpochSecond());
    claims.put("exp", now.plus(VALID).getEpochSecond());
    claims.put("iss", app.id());
    try {
      String signed =
          base64(JSON.writeValueAsBytes(Map.of("alg", "RS256", "typ", "JWT")))
              + "."
              + base64(JSON.writeValueAsBytes(claims));
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key(app));
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + base64(signature.sign());
    } catch (JsonProcessingException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the key in %s is no usable RSA key".formatted(app.keyFile()), e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static PrivateKey key(Identity.App app) throws GeneralSecurityException {
    Matcher pem = PEM.matcher(Identity.read(app.keyFile()));
    if (!pem.find()) {
      throw new IllegalArgumentException(
          "the file %s holds no RSA private key in PEM without a passphrase"
              .formatted(app.keyFile()));
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(pem.group(2));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the key in %s is damaged".formatted(app.keyFile()), e);
    }
    // GitHub gives PKCS#1 out; the JDK reads PKCS#8.
    byte[] pkcs8 = pem.group(1).startsWith("RSA") ? wrapped(der) : der;
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private static byte[] wrapped(byte[] pkcs1) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(RSA_ALGORITHM);
    inner.writeBytes(tagged(0x04, pkcs1));
    return tagged(0x30, inner.toByteArray());
  }

  /** DER: a tag, a length of two bytes, the content. */
  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    out.write(0x82);
    out.write(content.length >> 8);
    out.write(content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }
}
