package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What every written object goes through: others' changes, defaults, then the rules. */
final class Admission {

  private final Quotas quotas;
  private final Map<String, ObjectNode> changes = new ConcurrentHashMap<>();

  Admission(ObjectStore store) {
    quotas = new Quotas(store);
  }

  /** Merges a patch into every object of that resource that is written from now on. */
  void change(String resource, ObjectNode patch) {
    changes.put(resource, patch);
  }

  /**
   * Makes the object what is to be kept.
   *
   * @throws ApiFailure if it is against a rule
   */
  void admit(ResourceType type, ObjectNode object) {
    ObjectNode change = changes.get(type.resource());
    if (change != null) {
      object.setAll(Patches.merge(object, change));
    }
    MicroTimes.check(type, object);
    Defaults.apply(type, object);
    Validation.check(type, object);
    PodRules.check(type, object);
    NameRules.check(type, object);
  }

  /**
   * As {@link #admit}, of an object that is new.
   *
   * @throws ApiFailure also if a quota is exhausted
   */
  void admitNew(ResourceType type, String namespace, ObjectNode object) {
    admit(type, object);
    quotas.check(type, namespace, Metadata.name(object));
  }
}
