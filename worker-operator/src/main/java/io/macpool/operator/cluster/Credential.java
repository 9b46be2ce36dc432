package io.macpool.operator.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.service.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The remote control's credential: random for each cluster, kept in a Secret that it owns. */
final class Credential {

  private static final int BYTES = 24;
  private static final int CONFLICT = 409;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Credential() {}

  /** What the Secret holds, if it is there and whole. */
  static Optional<Secret> read(io.fabric8.kubernetes.api.model.Secret secret) {
    return Optional.ofNullable(secret)
        .map(io.fabric8.kubernetes.api.model.Secret::getData)
        .map(data -> data.get(Names.AUTH_KEY))
        .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
        .filter(text -> text.contains(":"))
        .map(Secret::new);
  }

  /** Reads the cluster's Secret, or makes it. */
  static Secret ensure(KubernetesClient client, ClusterKey cluster, OwnerReference owner) {
    var secrets = client.secrets().inNamespace(cluster.namespace());
    String name = Names.secretOf(cluster.name());
    Optional<Secret> there = read(secrets.withName(name).get());
    if (there.isPresent()) {
      return there.get();
    }
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    String auth = "worker:" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    String encoded = Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8));
    try {
      secrets
          .resource(
              new SecretBuilder()
                  .withNewMetadata()
                  .withNamespace(cluster.namespace())
                  .withName(name)
                  .withOwnerReferences(owner)
                  .endMetadata()
                  .withType("Opaque")
                  .withData(Map.of(Names.AUTH_KEY, encoded))
                  .build())
          .create();
      return new Secret(auth);
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
      var made = secrets.withName(name).get();
      if (made == null) {
        throw e; // gone again: the next round makes it
      }
      return read(made)
          .orElseThrow(
              () ->
                  new RoundFailedException(
                      cluster,
                      "Secret "
                          + name
                          + " exists without key "
                          + Names.AUTH_KEY
                          + ": delete it, and a new one is made"));
    }
  }
}
