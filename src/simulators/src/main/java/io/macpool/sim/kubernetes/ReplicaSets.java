package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.verb.Deletion;
import io.macpool.sim.kubernetes.verb.Verbs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Keeps as many pods of each ReplicaSet as it wants. Confined to the controllers' thread. */
final class ReplicaSets {

  private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

  /**
   * Which pod goes first: the unstarted, then the unready, then the cheapest, then the youngest.
   * Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-down.
   */
  private static final Comparator<JsonNode> GOES_FIRST =
      Comparator.comparing(ReplicaSets::isRunning)
          .thenComparing(ReplicaSets::isReady)
          .thenComparing(ReplicaSets::deletionCost)
          .thenComparing(
              pod -> Metadata.read(pod).path("creationTimestamp").asText(),
              Comparator.reverseOrder())
          .thenComparing(Metadata::name);

  private final ObjectStore store;
  private final Verbs verbs;
  private final ResourceType type;
  private final ResourceType podType;

  ReplicaSets(ObjectStore store, Verbs verbs, ResourceType type, ResourceType podType) {
    this.store = store;
    this.verbs = verbs;
    this.type = type;
    this.podType = podType;
  }

  static boolean isReady(JsonNode pod) {
    return Tables.at(pod, ".status.conditions[?(@.type==\"Ready\")].status")
        .asText()
        .equals("True");
  }

  private static boolean isRunning(JsonNode pod) {
    return pod.path("status").path("phase").asText().equals("Running");
  }

  private static long deletionCost(JsonNode pod) {
    String cost = Metadata.read(pod).path("annotations").path(DELETION_COST).asText("0");
    return cost.matches("-?\\d{1,10}") ? Long.parseLong(cost) : 0;
  }

  void reconcile(ObjectKey key) {
    Optional<ObjectNode> found = store.get(key);
    if (found.isEmpty() || Metadata.isDeleted(found.get())) {
      return;
    }
    ObjectNode set = found.get();
    List<ObjectNode> pods = new ArrayList<>();
    for (ObjectNode pod : store.list("pods", key.namespace())) {
      boolean ours =
          Metadata.controller(pod)
              .map(owner -> owner.path("uid").asText().equals(Metadata.uid(set)))
              .orElse(false);
      if (ours && !Metadata.isDeleted(pod)) {
        pods.add(pod);
      }
    }
    int wanted = set.path("spec").path("replicas").asInt(1);
    Optional<String> refusal = Optional.empty();
    for (int i = pods.size(); i < wanted && refusal.isEmpty(); i++) {
      refusal = create(key, set);
    }
    if (pods.size() > wanted) {
      pods.stream().sorted(GOES_FIRST).limit(pods.size() - wanted).forEach(this::delete);
    }
    report(key, set, pods, refusal);
  }

  /** The API's words if it does not take one more pod. */
  private Optional<String> create(ObjectKey key, ObjectNode set) {
    try {
      verbs.create(podType, key.namespace(), pod(set), false);
      return Optional.empty();
    } catch (ApiFailure refused) {
      return Optional.of(String.valueOf(refused.getMessage()));
    }
  }

  private void delete(ObjectNode pod) {
    verbs.delete(podType, Metadata.namespace(pod), Metadata.name(pod), Deletion.PLAIN);
  }

  private static ObjectNode pod(ObjectNode set) {
    JsonNode template = set.path("spec").path("template");
    ObjectNode pod = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = Metadata.of(pod).put("generateName", Metadata.name(set) + "-");
    for (String name : new String[] {"labels", "annotations"}) {
      if (Metadata.read(template).has(name)) {
        metadata.set(name, Metadata.read(template).get(name).deepCopy());
      }
    }
    Metadata.own(pod, set);
    ObjectNode spec = template.path("spec").deepCopy();
    spec.put("nodeName", "sim");
    pod.set("spec", spec);
    return pod;
  }

  private void report(
      ObjectKey key, ObjectNode set, List<ObjectNode> pods, Optional<String> refusal) {
    long ready = pods.stream().filter(ReplicaSets::isReady).count();
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status
        .put("replicas", pods.size())
        .put("fullyLabeledReplicas", pods.size())
        .put("readyReplicas", (int) ready)
        .put("availableReplicas", (int) ready)
        .put("observedGeneration", Metadata.read(set).path("generation").asInt());
    refusal.ifPresent(
        why ->
            status
                .putArray("conditions")
                .addObject()
                .put("type", "ReplicaFailure")
                .put("status", "True")
                .put("reason", "FailedCreate")
                .put("message", why));
    if (status.equals(set.path("status"))) {
      return;
    }
    verbs.update(
        type,
        key.namespace(),
        key.name(),
        true,
        false,
        present -> {
          present.set("status", status);
          return present;
        });
  }
}
