package io.macpool.operator.cluster.spec;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.macpool.service.setting.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The remote control's credential of one cluster: random, kept in a Secret that the cluster owns.
 *
 * <p>A Secret that somebody deleted is made again with what was in it, as long as that is known.
 * One that was changed is followed by pods that start from then on; those that run are asked with
 * what they were started with. If nobody knows that any more, a mark in the pods' template rolls
 * them.
 */
public final class Credential {

  private static final int BYTES = 24;
  private static final int MOST_FORMER = 3;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KubernetesClient client;
  private final ClusterKey cluster;

  private final List<Secret> known = new ArrayList<>();
  private Optional<String> checksum = Optional.empty();
  private Optional<String> mark = Optional.empty();
  private Optional<String> problem = Optional.empty();

  public Credential(KubernetesClient client, ClusterKey cluster) {
    this.client = client;
    this.cluster = cluster;
  }

  /** What pods may have been started with, the newest first. */
  public List<Secret> known() {
    return List.copyOf(known);
  }

  /** Changes when pods are to start anew, as what they were started with was lost. */
  public Optional<String> mark() {
    return mark;
  }

  /** Why the Secret can't be used, and what to do; empty if it can. */
  public Optional<String> problem() {
    return problem;
  }

  /** Reads the Secret, if there is one. */
  public void read() {
    read(get());
  }

  /**
   * Reads the Secret, or makes it; asks the API only if it may have changed.
   *
   * @param watched the checksum of what it holds by the watch; empty if the watch knows of none
   * @param podsExist whether pods may run that were started with another one
   * @return whether it was known and had to be made again
   */
  public boolean ensure(Optional<String> watched, OwnerReference owner, boolean podsExist) {
    if (!known.isEmpty() && watched.isPresent() && watched.equals(checksum)) {
      return false;
    }
    boolean wasKnown = !known.isEmpty();
    io.fabric8.kubernetes.api.model.Secret there = get();
    boolean gone = there == null;
    read(gone ? make(owner, podsExist && !wasKnown) : there);
    return gone && wasKnown;
  }

  private io.fabric8.kubernetes.api.model.@Nullable Secret get() {
    return client
        .secrets()
        .inNamespace(cluster.namespace())
        .withName(Names.secretOf(cluster.name()))
        .get();
  }

  private void read(io.fabric8.kubernetes.api.model.@Nullable Secret secret) {
    checksum = Optional.ofNullable(secret).map(ChecksumStore::sum);
    Optional<Secret> held = content(secret);
    problem =
        secret == null || held.isPresent()
            ? Optional.empty()
            : Optional.of(
                "Secret "
                    + Names.secretOf(cluster.name())
                    + " has no key "
                    + Names.AUTH_KEY
                    + " with USER:PASSWORD: delete the Secret, and it is made again");
    held.ifPresent(this::learn);
    mark =
        Optional.ofNullable(secret)
            .map(found -> found.getMetadata().getAnnotations())
            .map(annotations -> annotations.get(Names.MADE_ANEW));
  }

  private void learn(Secret auth) {
    known.removeIf(old -> old.reveal().equals(auth.reveal()));
    known.add(0, auth);
    while (known.size() > MOST_FORMER + 1) {
      known.remove(known.size() - 1);
    }
  }

  private static Optional<Secret> content(io.fabric8.kubernetes.api.model.@Nullable Secret secret) {
    try {
      return Optional.ofNullable(secret)
          .map(io.fabric8.kubernetes.api.model.Secret::getData)
          .map(data -> data.get(Names.AUTH_KEY))
          .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
          .filter(text -> text.contains(":"))
          .map(Secret::new);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // no base64: as good as no key
    }
  }

  private io.fabric8.kubernetes.api.model.Secret make(OwnerReference owner, boolean lost) {
    String auth = known.isEmpty() ? "worker:" + random() : known.get(0).reveal();
    String encoded = Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8));
    // Whoever was faster makes this a conflict: the next round reads theirs.
    return client
        .secrets()
        .inNamespace(cluster.namespace())
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(cluster.namespace())
                .withName(Names.secretOf(cluster.name()))
                .withAnnotations(
                    lost ? Map.of(Names.MADE_ANEW, random().substring(0, 8)) : Map.of())
                .withOwnerReferences(owner)
                .endMetadata()
                .withType("Opaque")
                .withData(Map.of(Names.AUTH_KEY, encoded))
                .build())
        .create();
  }

  private static String random() {
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }
}
