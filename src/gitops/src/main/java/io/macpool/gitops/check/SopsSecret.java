package io.macpool.gitops.check;

import com.fasterxml.jackson.databind.JsonNode;

/** The form that SOPS gives to a Secret: every value {@code ENC[…]}, and a member {@code sops}. */
final class SopsSecret {

  private SopsSecret() {}

  /** Whether SOPS has been over the document; {@link NoClearSecrets} looks at its values. */
  static boolean isEncrypted(JsonNode content) {
    return content.at("/sops/mac").isTextual();
  }

  static boolean isEncryptedValue(JsonNode value) {
    return value.asText().startsWith("ENC[AES256_GCM,");
  }
}
