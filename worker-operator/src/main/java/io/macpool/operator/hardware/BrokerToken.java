package io.macpool.operator.hardware;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.operator.api.SecretKey;
import io.macpool.service.setting.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What a Secret held for a broker when it was read.
 *
 * @param secret the Secret's name
 * @param key the key in it
 */
record BrokerToken(String secret, String key, Secret value) {

  /**
   * Reads it from the API.
   *
   * @throws IOException if there is none, naming the field of the spec
   */
  static BrokerToken read(KubernetesClient client, String namespace, SecretKey where)
      throws IOException {
    String name = where.name;
    String key = where.key;
    if (name == null || key == null) {
      throw new IOException("spec.brokerTokenSecret: it needs a name and a key");
    }
    return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get())
        .map(io.fabric8.kubernetes.api.model.Secret::getData)
        .map(data -> data.get(key))
        .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
        .map(text -> new BrokerToken(name, key, new Secret(text.strip())))
        .orElseThrow(
            () ->
                new IOException("spec.brokerTokenSecret: there is no key " + key + " in " + name));
  }

  boolean isFrom(SecretKey where) {
    return secret.equals(where.name) && key.equals(where.key);
  }
}
