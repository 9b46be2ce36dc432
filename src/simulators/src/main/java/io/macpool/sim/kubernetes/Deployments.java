package io.macpool.sim.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.fields.FieldSets;
import io.macpool.sim.kubernetes.store.ApiFailure;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import io.macpool.sim.kubernetes.store.ObjectStore;
import io.macpool.sim.kubernetes.store.ResourceType;
import io.macpool.sim.kubernetes.verb.Deletion;
import io.macpool.sim.kubernetes.verb.Verbs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.zip.CRC32;

/**
 * Turns Deployments into ReplicaSets, one per pod template, and moves replicas from the old to the
 * new within maxSurge and maxUnavailable. Confined to the controllers' thread.
 */
final class Deployments {

  private static final String HASH = "pod-template-hash";
  private static final String REVISION = "deployment.kubernetes.io/revision";
  private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

  private final ObjectStore store;
  private final Verbs verbs;
  private final ResourceType type;
  private final ResourceType setType;

  Deployments(ObjectStore store, Verbs verbs, ResourceType type, ResourceType setType) {
    this.store = store;
    this.verbs = verbs;
    this.type = type;
    this.setType = setType;
  }

  void reconcile(ObjectKey key) {
    Optional<ObjectNode> found = store.get(key);
    if (found.isEmpty() || Metadata.isDeleted(found.get())) {
      return;
    }
    ObjectNode deployment = found.get();
    String hash = hash(deployment.path("spec").path("template"));
    List<ObjectNode> sets = setsOf(deployment);
    if (deployment.path("spec").path("paused").asBoolean()) {
      report(deployment, sets, hash, Optional.empty());
      return;
    }
    if (current(sets, hash).isEmpty()) {
      try {
        create(deployment, hash, sets);
      } catch (ApiFailure refused) {
        report(deployment, sets, hash, Optional.of(String.valueOf(refused.getMessage())));
        return;
      }
      sets = setsOf(deployment);
    }
    roll(deployment, sets, current(sets, hash).orElseThrow());
    removeOld(deployment, setsOf(deployment), hash);
    report(deployment, setsOf(deployment), hash, Optional.empty());
  }

  private List<ObjectNode> setsOf(ObjectNode deployment) {
    return store.list(setType.resource(), Metadata.namespace(deployment)).stream()
        .filter(set -> Metadata.isOwnedBy(set, Metadata.uid(deployment)))
        .filter(set -> !Metadata.isDeleted(set))
        .sorted(Comparator.comparing(Deployments::revision))
        .toList();
  }

  private static Optional<ObjectNode> current(List<ObjectNode> sets, String hash) {
    return sets.stream()
        .filter(set -> Metadata.read(set).path("labels").path(HASH).asText().equals(hash))
        .findFirst();
  }

  private static int revision(JsonNode set) {
    return Metadata.read(set).path("annotations").path(REVISION).asInt(0);
  }

  private void create(ObjectNode deployment, String hash, List<ObjectNode> sets) {
    ObjectNode set = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = Metadata.of(set).put("name", Metadata.name(deployment) + "-" + hash);
    int next = sets.stream().mapToInt(Deployments::revision).max().orElse(0) + 1;
    metadata.putObject("annotations").put(REVISION, Integer.toString(next));
    JsonNode template = deployment.path("spec").path("template");
    ObjectNode labels = metadata.putObject("labels");
    labels.setAll((ObjectNode) template.path("metadata").path("labels").deepCopy());
    labels.put(HASH, hash);
    Metadata.own(set, deployment);
    ObjectNode spec = set.putObject("spec").put("replicas", 0);
    ObjectNode selector = deployment.path("spec").path("selector").deepCopy();
    selector.withObjectProperty("matchLabels").put(HASH, hash);
    spec.set("selector", selector);
    ObjectNode labelled = template.deepCopy();
    labelled.withObjectProperty("metadata").withObjectProperty("labels").put(HASH, hash);
    spec.set("template", labelled);
    verbs.create(setType, Metadata.namespace(deployment), set, false);
  }

  private void roll(ObjectNode deployment, List<ObjectNode> sets, ObjectNode current) {
    int wanted = wanted(deployment);
    List<ObjectNode> old =
        sets.stream().filter(set -> !Metadata.uid(set).equals(Metadata.uid(current))).toList();
    JsonNode strategy = deployment.path("spec").path("strategy");
    if (strategy.path("type").asText().equals("Recreate")) {
      old.forEach(set -> scale(set, 0));
      boolean gone = old.stream().allMatch(set -> status(set, "replicas") == 0);
      scale(current, gone ? wanted : spec(current));
      return;
    }
    JsonNode rolling = strategy.path("rollingUpdate");
    int surge = amount(rolling.path("maxSurge"), wanted, true);
    int unavailable = amount(rolling.path("maxUnavailable"), wanted, false);
    if (surge == 0 && unavailable == 0) {
      unavailable = 1;
    }
    int all = sum(sets, Deployments::spec);
    int grown = Math.min(wanted, spec(current) + Math.max(0, wanted + surge - all));
    int now = spec(current) > wanted ? wanted : grown;
    scale(current, now);
    if (!old.isEmpty()) {
      shrinkOld(old, current, now, wanted - unavailable);
    }
  }

  private void shrinkOld(
      List<ObjectNode> old, ObjectNode current, int currentReplicas, int minAvailable) {
    int unready = currentReplicas - status(current, "availableReplicas");
    int all = currentReplicas + sum(old, Deployments::spec);
    int spare = all - minAvailable - Math.max(0, unready);
    for (ObjectNode set : old) {
      int broken = spec(set) - status(set, "availableReplicas");
      int less = Math.min(Math.max(0, broken), Math.max(0, spare));
      int healthy = Math.min(spec(set) - less, Math.max(0, spare - less));
      scale(set, spec(set) - less - healthy);
      spare -= less + healthy;
    }
  }

  private static int amount(JsonNode value, int of, boolean up) {
    String text = value.asText("0");
    if (!text.endsWith("%")) {
      return value.asInt(0);
    }
    double exact = Double.parseDouble(text.substring(0, text.length() - 1)) * of / 100.0;
    return (int) (up ? Math.ceil(exact) : Math.floor(exact));
  }

  private void scale(ObjectNode set, int replicas) {
    if (spec(set) != replicas) {
      verbs.update(
          setType,
          Metadata.namespace(set),
          Metadata.name(set),
          false,
          false,
          present -> {
            present.withObjectProperty("spec").put("replicas", replicas);
            return present;
          });
    }
  }

  private void removeOld(ObjectNode deployment, List<ObjectNode> sets, String hash) {
    List<ObjectNode> unused =
        sets.stream()
            .filter(set -> !Metadata.read(set).path("labels").path(HASH).asText().equals(hash))
            .filter(set -> spec(set) == 0 && status(set, "replicas") == 0)
            .toList();
    int kept = deployment.path("spec").path("revisionHistoryLimit").asInt(10);
    for (int i = 0; i < unused.size() - kept; i++) {
      verbs.delete(
          setType, Metadata.namespace(unused.get(i)), Metadata.name(unused.get(i)), Deletion.PLAIN);
    }
  }

  /**
   * Tells how it is.
   *
   * @param noSet the API's words if it does not take the ReplicaSet
   */
  private void report(
      ObjectNode deployment, List<ObjectNode> sets, String hash, Optional<String> noSet) {
    int wanted = wanted(deployment);
    int ready = sum(sets, set -> status(set, "readyReplicas"));
    int updated = current(sets, hash).map(set -> status(set, "replicas")).orElse(0);
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status
        .put("observedGeneration", Metadata.read(deployment).path("generation").asInt())
        .put("replicas", sum(sets, set -> status(set, "replicas")))
        .put("updatedReplicas", updated)
        .put("readyReplicas", ready)
        .put("availableReplicas", ready)
        .put("unavailableReplicas", Math.max(0, wanted - ready));
    ArrayNode conditions = status.putArray("conditions");
    condition(conditions, "Available", ready >= wanted, "MinimumReplicasAvailable");
    if (noSet.isPresent()) {
      condition(conditions, "Progressing", false, "ReplicaSetCreateError")
          .put("message", noSet.get());
    } else {
      condition(conditions, "Progressing", true, "NewReplicaSetAvailable");
    }
    for (ObjectNode set : sets) {
      if (conditions.size() == 2) { // one tells for all
        conditions.addAll(failures(set));
      }
    }
    if (!status.equals(deployment.path("status"))) {
      verbs.update(
          type,
          Metadata.namespace(deployment),
          Metadata.name(deployment),
          true,
          false,
          present -> {
            Metadata.of(present).remove("resourceVersion");
            present.set("status", status);
            return present;
          });
    }
  }

  private static List<JsonNode> failures(ObjectNode set) {
    List<JsonNode> failures = new ArrayList<>();
    for (JsonNode condition : set.path("status").path("conditions")) {
      if (condition.path("type").asText().equals("ReplicaFailure")) {
        failures.add(condition.deepCopy());
      }
    }
    return failures;
  }

  private static ObjectNode condition(
      ArrayNode conditions, String type, boolean holds, String reason) {
    return conditions
        .addObject()
        .put("type", type)
        .put("status", holds ? "True" : "False")
        .put("reason", reason);
  }

  private static int wanted(JsonNode deployment) {
    return deployment.path("spec").path("replicas").asInt(1);
  }

  private static int spec(JsonNode set) {
    return set.path("spec").path("replicas").asInt(0);
  }

  private static int status(JsonNode set, String name) {
    return set.path("status").path(name).asInt(0);
  }

  private static int sum(List<ObjectNode> sets, ToIntFunction<ObjectNode> number) {
    return sets.stream().mapToInt(number).sum();
  }

  private static String hash(JsonNode template) {
    CRC32 crc = new CRC32();
    crc.update(FieldSets.write(sorted(template)).getBytes(StandardCharsets.UTF_8));
    StringBuilder text = new StringBuilder();
    for (long rest = crc.getValue() | 1L << 32; rest > 0; rest /= LETTERS.length()) {
      text.append(LETTERS.charAt((int) (rest % LETTERS.length())));
    }
    return text.toString();
  }

  /** The same template in another order of members is the same template. */
  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      node.properties().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(member -> result.set(member.getKey(), sorted(member.getValue())));
      return result;
    }
    if (node.isArray()) {
      ArrayNode result = JsonNodeFactory.instance.arrayNode();
      node.forEach(element -> result.add(sorted(element)));
      return result;
    }
    return node;
  }
}
