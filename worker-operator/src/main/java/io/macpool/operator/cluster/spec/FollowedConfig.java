package io.macpool.operator.cluster.spec;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.macpool.operator.api.WorkerCluster;
import io.macpool.operator.api.WorkerTemplate;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Watches Secrets and ConfigMaps for the clusters that roll out when one of theirs changes. */
public final class FollowedConfig implements ConfigChecksum {

  /** A namespace may hold many that are large and nobody's business: they come few at a time. */
  private static final long LIST_LIMIT = 50;

  private final InformerEventSource<Secret, WorkerCluster> secrets;
  private final InformerEventSource<ConfigMap, WorkerCluster> maps;

  public FollowedConfig(
      EventSourceContext<WorkerCluster> context,
      BiFunction<String, Predicate<ClusterSpec>, Set<ResourceID>> followers) {
    secrets =
        source(
            Secret.class, context, followers, FollowedConfig::secretsOf, ChecksumStore.secrets());
    maps =
        source(ConfigMap.class, context, followers, FollowedConfig::mapsOf, ChecksumStore.maps());
  }

  public List<EventSource<?, WorkerCluster>> sources() {
    return List.of(secrets, maps);
  }

  /** The checksum of a Secret's content, as far as the watch knows of it. */
  public Optional<String> secret(String namespace, String name) {
    return secrets.get(new ResourceID(name, namespace)).map(ChecksumStore::of);
  }

  @Override
  public Optional<String> of(String namespace, ClusterSpec spec) {
    if (!spec.rolloutOnConfigChange()) {
      return Optional.empty();
    }
    SortedMap<String, Object> content = new TreeMap<>();
    for (String name : secretsOf(spec.container())) {
      secrets
          .get(new ResourceID(name, namespace))
          .ifPresent(secret -> content.put("secret/" + name, ChecksumStore.of(secret)));
    }
    for (String name : mapsOf(spec.container())) {
      maps.get(new ResourceID(name, namespace))
          .ifPresent(map -> content.put("map/" + name, ChecksumStore.of(map)));
    }
    return Optional.of(Drift.checksum(content));
  }

  private static <T extends HasMetadata> InformerEventSource<T, WorkerCluster> source(
      Class<T> type,
      EventSourceContext<WorkerCluster> context,
      BiFunction<String, Predicate<ClusterSpec>, Set<ResourceID>> followers,
      Function<WorkerTemplate.Spec, Set<String>> names,
      ItemStore<T> store) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(type, WorkerCluster.class)
            .withName(type.getSimpleName())
            .withItemStore(store)
            .withInformerListLimit(LIST_LIMIT)
            .withSecondaryToPrimaryMapper(
                changed -> {
                  String namespace = changed.getMetadata().getNamespace();
                  String name = changed.getMetadata().getName();
                  Set<ResourceID> woken =
                      new HashSet<>(
                          followers.apply(
                              namespace,
                              spec ->
                                  spec.rolloutOnConfigChange()
                                      && names.apply(spec.container()).contains(name)));
                  if (type == Secret.class) {
                    Names.clusterOf(name)
                        .ifPresent(cluster -> woken.add(new ResourceID(cluster, namespace)));
                  }
                  return woken;
                })
            .build(),
        context);
  }

  static Set<String> secretsOf(WorkerTemplate.Spec container) {
    Set<String> names = new HashSet<>(); // some may have none
    for (EnvVar variable : environment(container)) {
      if (variable.getValueFrom() != null && variable.getValueFrom().getSecretKeyRef() != null) {
        names.add(variable.getValueFrom().getSecretKeyRef().getName());
      }
    }
    for (EnvFromSource source : sources(container)) {
      if (source.getSecretRef() != null) {
        names.add(source.getSecretRef().getName());
      }
    }
    if (container.sshKeySecret != null) {
      names.add(container.sshKeySecret);
    }
    names.removeIf(Objects::isNull);
    return names;
  }

  static Set<String> mapsOf(WorkerTemplate.Spec container) {
    Set<String> names = new HashSet<>(); // some may have none
    for (EnvVar variable : environment(container)) {
      if (variable.getValueFrom() != null && variable.getValueFrom().getConfigMapKeyRef() != null) {
        names.add(variable.getValueFrom().getConfigMapKeyRef().getName());
      }
    }
    for (EnvFromSource source : sources(container)) {
      if (source.getConfigMapRef() != null) {
        names.add(source.getConfigMapRef().getName());
      }
    }
    names.removeIf(Objects::isNull);
    return names;
  }

  private static List<EnvVar> environment(WorkerTemplate.Spec container) {
    return container.env == null ? List.of() : container.env;
  }

  private static List<EnvFromSource> sources(WorkerTemplate.Spec container) {
    return container.envFrom == null ? List.of() : container.envFrom;
  }
}
