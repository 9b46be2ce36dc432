package io.macpool.gitops.check.secret;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The form that SOPS gives to a Secret: every value {@code ENC[…]}, and a member {@code sops}. */
public final class SopsSecret {

  private SopsSecret() {}

  /** Whether SOPS has been over the document; {@link NoClearSecrets} looks at its values. */
  public static boolean isEncrypted(JsonNode content) {
    return content.at("/sops/mac").isTextual();
  }

  /** Whether nothing can be read there: SOPS leaves what is empty as it is. */
  static boolean isClosed(JsonNode value) {
    boolean empty = value.isNull() || (value.isContainerNode() && value.isEmpty());
    String text = value.asText();
    return empty || (value.isTextual() && (text.isEmpty() || text.startsWith("ENC[AES256_GCM,")));
  }

  /** Whether it is text once it is decrypted: SOPS keeps numbers and booleans what they are. */
  public static boolean isText(JsonNode value) {
    return value.isNull()
        || (value.isTextual() && !value.asText().matches("ENC\\[.*,type:(?!str|bytes|comment).*"));
  }

  /** The age keys that the Secret is encrypted for, and other keys by their kind and name. */
  static Set<String> recipients(JsonNode content) {
    Set<String> recipients = new TreeSet<>();
    JsonNode sops = content.path("sops");
    sops.path("age").forEach(key -> recipients.add(key.path("recipient").asText()));
    for (JsonNode group : sops.path("key_groups")) {
      group.path("age").forEach(key -> recipients.add(key.path("recipient").asText()));
    }
    for (String kind : List.of("kms", "gcp_kms", "azure_kv", "hc_vault", "pgp")) {
      sops.path(kind).forEach(key -> recipients.add(kind + " key"));
    }
    return recipients;
  }
}
