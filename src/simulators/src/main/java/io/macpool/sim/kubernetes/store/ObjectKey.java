package io.macpool.sim.kubernetes.store;

import java.util.Comparator;

/**
 * Where an object is kept.
 *
 * @param resource plural and group: {@code pods}, {@code deployments.apps}
 * @param namespace empty for cluster-wide resources
 */
public record ObjectKey(String resource, String namespace, String name)
    implements Comparable<ObjectKey> {

  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::resource)
          .thenComparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::name);

  public static ObjectKey of(ResourceType type, String namespace, String name) {
    return new ObjectKey(type.resource(), type.namespaced() ? namespace : "", name);
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }
}
