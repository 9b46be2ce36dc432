package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ObjectStore.Change;
import io.macpool.sim.kubernetes.store.ObjectStore.ChangeKind;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import io.macpool.sim.kubernetes.verb.Deletion;
import io.macpool.sim.kubernetes.verb.Verbs;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what lost its last owner, and what lies in a namespace that is being deleted; that goes
 * when all of it is gone. Confined to the controllers' thread.
 */
final class GarbageCollector {

  private static final Logger log = LoggerFactory.getLogger(GarbageCollector.class);

  private final ObjectStore store;
  private final Verbs verbs;
  private final ResourceTypes types;
  private final Set<String> alive = new HashSet<>();
  private final Map<String, Set<ObjectKey>> dependents = new HashMap<>();

  GarbageCollector(ObjectStore store, Verbs verbs, ResourceTypes types) {
    this.store = store;
    this.verbs = verbs;
    this.types = types;
  }

  void observe(Change change) {
    String uid = Metadata.uid(change.object());
    if (change.kind() == ChangeKind.DELETED) {
      alive.remove(uid);
      for (String owner : owners(change.object())) {
        dependents.computeIfPresent(owner, (id, keys) -> without(keys, change.key()));
      }
      Set<ObjectKey> orphans = dependents.remove(uid);
      if (orphans != null) {
        orphans.forEach(this::deleteIfOrphan);
      }
      if (!change.key().namespace().isEmpty()) {
        verbs.removeIfEmptied(change.key().namespace());
      }
      return;
    }
    if (change.key().resource().equals(ResourceTypes.NAMESPACES)
        && Metadata.isDeleted(change.object())) {
      empty(change.key().name());
      verbs.removeIfEmptied(change.key().name());
    }
    alive.add(uid);
    for (String owner : owners(change.object())) {
      dependents.computeIfAbsent(owner, id -> new HashSet<>()).add(change.key());
    }
    if (change.kind() == ChangeKind.ADDED) {
      deleteIfOrphan(change.key());
    }
  }

  private static Set<ObjectKey> without(Set<ObjectKey> keys, ObjectKey key) {
    keys.remove(key);
    return keys;
  }

  private static List<String> owners(JsonNode object) {
    return Metadata.read(object).path("ownerReferences").findValuesAsText("uid");
  }

  private void deleteIfOrphan(ObjectKey key) {
    ObjectNode object = store.get(key).orElse(null);
    if (object == null) {
      return;
    }
    List<String> owners = owners(object);
    if (!owners.isEmpty() && owners.stream().noneMatch(alive::contains)) {
      delete(key);
    }
  }

  private void empty(String namespace) {
    for (ResourceType type : List.copyOf(types.all())) {
      if (type.namespaced()) {
        for (ObjectNode object : store.list(type.resource(), namespace)) {
          delete(ObjectKey.of(type, namespace, Metadata.name(object)));
        }
      }
    }
  }

  private void delete(ObjectKey key) {
    try {
      ResourceType type = types.ofResource(key.resource()).orElseThrow(ApiFailure::noSuchPath);
      verbs.delete(type, key.namespace(), key.name(), Deletion.PLAIN);
    } catch (ApiFailure gone) {
      log.debug("{} {} is gone already", key.resource(), key.name(), gone);
    }
  }
}
