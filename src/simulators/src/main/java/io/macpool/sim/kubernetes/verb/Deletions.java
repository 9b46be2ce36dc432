package io.macpool.sim.kubernetes.verb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import java.time.Clock;
import java.time.Instant;

/** How objects go: at once, or marked until finalizers and a pod's grace period let them. */
final class Deletions {

  private static final int DEFAULT_GRACE_SECONDS = 30;

  private final ObjectStore store;
  private final ResourceTypes types;
  private final Clock clock;

  Deletions(ObjectStore store, ResourceTypes types, Clock clock) {
    this.store = store;
    this.types = types;
    this.clock = clock;
  }

  /** Deletes, or marks as to be deleted what finalizers or a pod's grace period keep. */
  ObjectNode delete(ResourceType type, String namespace, String name, Deletion deletion) {
    return store.atomically(
        () -> {
          ObjectKey key = ObjectKey.of(type, namespace, name);
          ObjectNode present = store.get(key).orElseThrow(() -> ApiFailure.notFound(type, name));
          checkPreconditions(type, present, deletion);
          if (deletion.dryRun()) {
            return present;
          }
          if (deletion.orphan()) {
            orphan(Metadata.uid(present));
          }
          int grace = grace(type, present, deletion);
          if (type.resource().equals(ResourceTypes.NAMESPACES)) {
            return mark(key, terminating(present), 0);
          }
          if (!Metadata.hasFinalizers(present) && grace == 0) {
            return remove(type, key);
          }
          return mark(key, present, grace);
        });
  }

  /** It stays until all that lies in it is gone, and takes nothing new. */
  private static ObjectNode terminating(ObjectNode namespace) {
    ObjectNode object = namespace.deepCopy();
    object.withObjectProperty("status").put("phase", "Terminating");
    return object;
  }

  /** Removes a namespace that is being deleted, once nothing is left in it. */
  void removeIfEmptied(String namespace) {
    ResourceType type = types.ofResource(ResourceTypes.NAMESPACES).orElseThrow();
    ObjectKey key = ObjectKey.of(type, "", namespace);
    store.atomically(
        () -> {
          boolean over =
              store
                  .get(key)
                  .filter(Metadata::isDeleted)
                  .filter(object -> !Metadata.hasFinalizers(object))
                  .isPresent();
          return over && isEmpty(namespace) ? remove(type, key) : null;
        });
  }

  private boolean isEmpty(String namespace) {
    return types.all().stream()
        .filter(ResourceType::namespaced)
        .allMatch(each -> store.list(each.resource(), namespace).isEmpty());
  }

  private ObjectNode mark(ObjectKey key, ObjectNode present, int grace) {
    boolean sooner =
        grace < Metadata.read(present).path("deletionGracePeriodSeconds").asInt(Integer.MAX_VALUE);
    if (Metadata.isDeleted(present) && !sooner) {
      return present;
    }
    ObjectNode marked = present.deepCopy();
    Instant end = clock.instant().plusSeconds(grace);
    Metadata.of(marked)
        .put("deletionTimestamp", Metadata.time(end))
        .put("deletionGracePeriodSeconds", grace)
        .put("generation", Metadata.read(present).path("generation").asLong() + 1);
    return store.put(key, marked);
  }

  private static int grace(ResourceType type, ObjectNode present, Deletion deletion) {
    if (!type.resource().equals("pods")) {
      return 0;
    }
    int ofPod =
        present.path("spec").path("terminationGracePeriodSeconds").asInt(DEFAULT_GRACE_SECONDS);
    return deletion.graceSeconds().orElse(ofPod);
  }

  private static void checkPreconditions(ResourceType type, ObjectNode present, Deletion deletion) {
    boolean uid = deletion.uid().map(Metadata.uid(present)::equals).orElse(true);
    boolean version = deletion.version().map(Metadata.version(present)::equals).orElse(true);
    if (!uid || !version) {
      throw ApiFailure.conflict(
          type, Metadata.name(present), "the precondition of the deletion does not hold");
    }
  }

  private void orphan(String uid) {
    for (ResourceType type : types.all()) {
      for (ObjectNode object : store.list(type.resource(), "")) {
        if (Metadata.isOwnedBy(object, uid)) {
          ObjectNode free = object.deepCopy();
          Metadata.of(free).remove("ownerReferences");
          store.put(ObjectKey.of(type, Metadata.namespace(object), Metadata.name(object)), free);
        }
      }
    }
  }

  /** Takes an object out at once. */
  ObjectNode remove(ResourceType type, ObjectKey key) {
    ObjectNode last = store.remove(key).orElseThrow(() -> ApiFailure.notFound(type, key.name()));
    if (type.resource().equals(ResourceTypes.CRDS)) {
      types.undefine(last);
    }
    return last;
  }
}
