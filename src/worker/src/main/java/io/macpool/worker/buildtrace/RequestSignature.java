package io.macpool.worker.buildtrace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.service.setting.Secret;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs requests to S3: "AWS Signature Version 4", the whole body in one piece. */
final class RequestSignature {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";

  private final Secret keyId;
  private final Secret key;
  private final Optional<String> sessionToken;
  private final String region;

  RequestSignature(Secret keyId, Secret key, Optional<String> sessionToken, String region) {
    this.keyId = keyId;
    this.key = key;
    this.sessionToken = sessionToken;
    this.region = region;
  }

  /**
   * The headers to send, the given ones among them.
   *
   * @param uri without a query, its path {@linkplain #encoded encoded}
   * @param headers names in lower case
   */
  Map<String, String> sign(
      String method, URI uri, Map<String, String> headers, byte[] body, Instant now) {
    String time = TIME.format(now);
    List<String> scopes = List.of(time.substring(0, 8), region, "s3", "aws4_request");
    String scope = String.join("/", scopes);
    String bodyHash = sha256(body);
    SortedMap<String, String> signed = new TreeMap<>(headers);
    signed.put("host", uri.getRawAuthority());
    signed.put("x-amz-content-sha256", bodyHash);
    signed.put("x-amz-date", time);
    sessionToken.ifPresent(token -> signed.put("x-amz-security-token", token));
    String names = String.join(";", signed.keySet());
    String request =
        String.join(
            "\n",
            method,
            uri.getRawPath(),
            "",
            signed.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining()),
            names,
            bodyHash);
    String toSign = String.join("\n", ALGORITHM, time, scope, sha256(request.getBytes(UTF_8)));
    signed.remove("host"); // the HTTP client sends it by itself
    signed.put(
        "authorization",
        "%s Credential=%s/%s,SignedHeaders=%s,Signature=%s"
            .formatted(ALGORITHM, keyId.reveal(), scope, names, signature(scopes, toSign)));
    return signed;
  }

  private String signature(List<String> scopes, String toSign) {
    byte[] secret = ("AWS4" + key.reveal()).getBytes(UTF_8);
    for (String step : scopes) {
      secret = hmac(secret, step);
    }
    return HexFormat.of().formatHex(hmac(secret, toSign));
  }

  /** A path with everything escaped that the signature wants escaped. */
  static String encoded(String path) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : path.getBytes(UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~/".indexOf(c) >= 0);
      encoded.append(plain ? Character.toString(c) : "%%%02X".formatted((int) c));
    }
    return encoded.toString();
  }

  private static byte[] hmac(byte[] secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
