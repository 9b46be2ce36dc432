package io.macpool.operator.cluster.spec;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A watch's cache that keeps a checksum in place of each object's content: neither the memory nor
 * the knowledge of what other people's Secrets hold is needed to see that one has changed.
 */
final class ChecksumStore<T extends HasMetadata> extends BasicItemStore<T> {

  private static final String CHECKSUM = "travisci.com/content-checksum";

  private final UnaryOperator<T> reduced;

  private ChecksumStore(UnaryOperator<T> reduced) {
    super(Cache::metaNamespaceKeyFunc);
    this.reduced = reduced;
  }

  static ItemStore<Secret> secrets() {
    return new ChecksumStore<>(
        secret ->
            new SecretBuilder().withMetadata(metadata(secret, sorted(secret.getData()))).build());
  }

  /** The checksum that such a store has of a Secret. */
  static String sum(Secret secret) {
    return Drift.checksum(sorted(secret.getData()));
  }

  static ItemStore<ConfigMap> maps() {
    return new ChecksumStore<>(
        map ->
            new ConfigMapBuilder()
                .withMetadata(
                    metadata(map, List.of(sorted(map.getData()), sorted(map.getBinaryData()))))
                .build());
  }

  /** The checksum of what an object from such a store held. */
  static String of(HasMetadata stored) {
    return Objects.requireNonNull(
        stored.getMetadata().getAnnotations().get(CHECKSUM), "each was reduced to its checksum");
  }

  @Override
  public T put(String key, T whole) {
    return super.put(key, reduced.apply(whole));
  }

  @Override
  public boolean isFullState() {
    return false;
  }

  private static ObjectMeta metadata(HasMetadata whole, Object content) {
    ObjectMeta metadata = whole.getMetadata();
    return new ObjectMetaBuilder()
        .withNamespace(metadata.getNamespace())
        .withName(metadata.getName())
        .withUid(metadata.getUid())
        .withResourceVersion(metadata.getResourceVersion())
        .addToAnnotations(CHECKSUM, Drift.checksum(content))
        .build();
  }

  private static Map<String, String> sorted(@Nullable Map<String, String> data) {
    return data == null ? Map.of() : new TreeMap<>(data);
  }
}
