package io.macpool.sim.kubernetes.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.fields.Patches;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.Quotas;
import io.macpool.sim.kubernetes.store.ResourceType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What every written object goes through: others' changes, defaults, then the rules. */
public final class Admission {

  private final Quotas quotas;
  private final Map<String, ObjectNode> changes = new ConcurrentHashMap<>();

  public Admission(ObjectStore store) {
    quotas = new Quotas(store);
  }

  /** Merges a patch into every object of that resource that is written from now on. */
  public void change(String resource, ObjectNode patch) {
    changes.put(resource, patch);
  }

  /**
   * Makes the object what is to be kept.
   *
   * @throws ApiFailure if it is against a rule
   */
  public void admit(ResourceType type, ObjectNode object) {
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
  public void admitNew(ResourceType type, String namespace, ObjectNode object) {
    admit(type, object);
    quotas.check(type, namespace, Metadata.name(object));
  }
}
