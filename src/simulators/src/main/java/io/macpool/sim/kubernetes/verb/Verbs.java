package io.macpool.sim.kubernetes.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.admission.Admission;
import io.macpool.sim.kubernetes.admission.NameRules;
import io.macpool.sim.kubernetes.fields.FieldOwners;
import io.macpool.sim.kubernetes.fields.FieldOwners.Writer;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.store.ResourceTypes;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/**
 * What the API does to objects: create, change, delete, with the rules of metadata, status and
 * generation. A change that changes nothing makes no new revision and no event.
 */
public final class Verbs {

  private static final String SUFFIX = "bcdfghjklmnpqrstvwxz2456789";

  private final ObjectStore store;
  private final ResourceTypes types;
  private final Clock clock;
  private final Admission admission;
  private final Deletions deletions;

  public Verbs(ObjectStore store, ResourceTypes types, Clock clock) {
    this.store = store;
    this.types = types;
    this.clock = clock;
    admission = new Admission(store);
    deletions = new Deletions(store, types, clock);
  }

  /** What every written object goes through. */
  public Admission admission() {
    return admission;
  }

  public ObjectNode get(ResourceType type, String namespace, String name) {
    return store
        .get(ObjectKey.of(type, namespace, name))
        .orElseThrow(() -> ApiFailure.notFound(type, name));
  }

  public ObjectNode create(ResourceType type, String namespace, ObjectNode body, boolean dryRun) {
    return create(type, namespace, body, dryRun, Writer.NOBODY);
  }

  public ObjectNode create(
      ResourceType type, String namespace, ObjectNode body, boolean dryRun, Writer writer) {
    return store.atomically(() -> createNow(type, namespace, body.deepCopy(), dryRun, writer));
  }

  private ObjectNode createNow(
      ResourceType type, String namespace, ObjectNode object, boolean dryRun, Writer writer) {
    ObjectNode metadata = Metadata.of(object);
    String name = metadata.path("name").asText("");
    if (name.isEmpty() && !metadata.path("generateName").asText("").isEmpty()) {
      name = NameRules.prefix(metadata.path("generateName").asText()) + suffix();
    }
    if (name.isEmpty()) {
      throw ApiFailure.invalid(type, name, "metadata.name: Required value: name is required");
    }
    ObjectKey key = ObjectKey.of(type, namespace, name);
    if (store.get(key).isPresent()) {
      throw ApiFailure.alreadyExists(type, name);
    }
    if (metadata.path("resourceVersion").asText("").length() > 0) {
      throw ApiFailure.badRequest("resourceVersion should not be set on objects to be created");
    }
    object.put("apiVersion", type.apiVersion()).put("kind", type.kind());
    metadata.put("name", name).put("uid", UUID.randomUUID().toString());
    metadata.put("creationTimestamp", Metadata.time(clock.instant())).put("generation", 1);
    if (type.namespaced()) {
      metadata.put("namespace", namespace);
    }
    if (type.status()) {
      object.remove("status");
    }
    admission.admitNew(type, namespace, object);
    FieldOwners.note(type, JsonNodeFactory.instance.objectNode(), object, writer, clock.instant());
    if (dryRun) {
      return object;
    }
    if (type.namespaced()) {
      ensureNamespace(type, namespace, name);
    }
    ObjectNode kept = store.put(key, object);
    if (type.resource().equals(ResourceTypes.CRDS)) {
      establish(key, kept);
    }
    return store.get(key).orElse(kept);
  }

  /** Namespaces come to be when they are first used: a difference from the real API, on purpose. */
  private void ensureNamespace(ResourceType of, String namespace, String name) {
    ResourceType type = types.ofResource(ResourceTypes.NAMESPACES).orElseThrow();
    Optional<ObjectNode> present = store.get(ObjectKey.of(type, "", namespace));
    if (present.filter(Metadata::isDeleted).isPresent()) {
      throw ApiFailure.forbidden(
          of,
          name,
          "unable to create new content in namespace %s because it is being terminated"
              .formatted(namespace));
    }
    if (present.isEmpty()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      object.withObjectProperty("metadata").put("name", namespace);
      createNow(type, "", object, false, Writer.NOBODY);
    }
  }

  private void establish(ObjectKey key, ObjectNode definition) {
    types.define(definition);
    ObjectNode established = definition.deepCopy();
    ObjectNode status = established.putObject("status");
    status.set("acceptedNames", definition.path("spec").path("names").deepCopy());
    for (String condition : new String[] {"NamesAccepted", "Established"}) {
      status
          .withArrayProperty("conditions")
          .addObject()
          .put("type", condition)
          .put("status", "True")
          .put("reason", "Accepted")
          .put("lastTransitionTime", Metadata.time(clock.instant()));
    }
    store.put(key, established);
  }

  /**
   * Changes an object.
   *
   * @param status whether the status subresource was written: then nothing else changes, else
   *     status does not
   * @param change makes the wanted object of a copy of the present one; its {@code
   *     resourceVersion}, if it has one, must be the present one
   */
  public ObjectNode update(
      ResourceType type,
      String namespace,
      String name,
      boolean status,
      boolean dryRun,
      UnaryOperator<ObjectNode> change) {
    return update(type, namespace, name, status, dryRun, change, Writer.NOBODY);
  }

  public ObjectNode update(
      ResourceType type,
      String namespace,
      String name,
      boolean status,
      boolean dryRun,
      UnaryOperator<ObjectNode> change,
      Writer writer) {
    return store.atomically(
        () -> {
          ObjectNode present = get(type, namespace, name);
          ObjectNode wanted = change.apply(present.deepCopy());
          return replace(
              type, ObjectKey.of(type, namespace, name), present, wanted, status, dryRun, writer);
        });
  }

  private ObjectNode replace(
      ResourceType type,
      ObjectKey key,
      ObjectNode present,
      ObjectNode wanted,
      boolean status,
      boolean dryRun,
      Writer writer) {
    String version = Metadata.version(wanted);
    if (!version.isEmpty() && !version.equals(Metadata.version(present))) {
      throw ApiFailure.conflict(
          type,
          key.name(),
          "the object has been modified; please apply your changes to the latest version and try"
              + " again");
    }
    ObjectNode result =
        status
            ? Replacement.ofStatus(present, wanted)
            : Replacement.exceptStatus(type, present, wanted);
    if (!status) {
      admission.admit(type, result);
      if (!result.equals(present)) {
        FieldOwners.note(type, present, result, writer, clock.instant());
      }
      if (!Replacement.spec(result).equals(Replacement.spec(present))) {
        Metadata.of(result)
            .put("generation", Metadata.read(present).path("generation").asLong() + 1);
      }
    }
    if (result.equals(present) || dryRun) {
      return dryRun ? result : present;
    }
    if (Metadata.isDeleted(result) && !Metadata.hasFinalizers(result) && !isGraceful(result)) {
      store.put(key, result);
      return deletions.remove(type, key);
    }
    ObjectNode kept = store.put(key, result);
    if (!status && type.resource().equals(ResourceTypes.CRDS)) {
      types.define(kept);
    }
    return kept;
  }

  /** A pod in its grace period goes when its node says so. */
  private static boolean isGraceful(JsonNode object) {
    return object.path("kind").asText().equals("Pod")
        && Metadata.read(object).path("deletionGracePeriodSeconds").asInt() > 0;
  }

  /** Deletes, or marks as to be deleted what finalizers or a pod's grace period keep. */
  public ObjectNode delete(ResourceType type, String namespace, String name, Deletion deletion) {
    return deletions.delete(type, namespace, name, deletion);
  }

  /** Removes a namespace that is being deleted, once nothing is left in it. */
  public void removeIfEmptied(String namespace) {
    deletions.removeIfEmptied(namespace);
  }

  private static String suffix() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      text.append(SUFFIX.charAt(ThreadLocalRandom.current().nextInt(SUFFIX.length())));
    }
    return text.toString();
  }
}
