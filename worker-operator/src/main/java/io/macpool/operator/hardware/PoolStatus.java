package io.macpool.operator.hardware;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.core.pool.SlotClaim;
import io.macpool.core.pool.SlotShare;
import io.macpool.operator.api.HardwarePool;
import io.macpool.operator.api.HardwarePoolStatus;
import io.macpool.operator.api.HardwarePoolStatus.Grant;
import io.macpool.operator.cluster.report.ClusterEvents;
import io.macpool.operator.cluster.report.ClusterEvents.Kind;
import io.macpool.operator.cluster.report.Conditions;
import io.macpool.operator.cluster.report.Conditions.State;
import io.macpool.operator.hardware.SlotLedger.Picture;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows how a pool is shared. Nothing depends on what is written here. */
final class PoolStatus {

  private static final Logger log = LoggerFactory.getLogger(PoolStatus.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The number of jobs that wait, if nothing else changes, is written at most this often. */
  private static final Duration INFORM_INTERVAL = Duration.ofSeconds(30);

  private PoolStatus() {}

  static void write(
      KubernetesClient client,
      ClusterEvents events,
      HardwarePool pool,
      Picture picture,
      PoolMemory memory,
      Instant now) {
    HardwarePoolStatus before =
        memory.written.map(HardwarePool::getStatus).orElse(pool.getStatus());
    HardwarePoolStatus status = draft(pool, picture, memory, before, now);
    boolean same = before != null && essence(before).equals(essence(status));
    boolean due = !now.isBefore(memory.informedAt.plus(INFORM_INTERVAL));
    boolean identical =
        before != null
            && JSON.<JsonNode>valueToTree(before).equals(JSON.<JsonNode>valueToTree(status));
    if (identical || (same && !due)) {
      return;
    }
    HardwarePool changed = new HardwarePool();
    changed.setMetadata(
        new ObjectMetaBuilder(pool.getMetadata()).withResourceVersion(null).build());
    changed.setSpec(pool.getSpec());
    changed.setStatus(status);
    try {
      memory.written = Optional.of(client.resource(changed).updateStatus());
      memory.informedAt = now;
    } catch (KubernetesClientException e) {
      log.info("the status of {} is not written: {}", pool.getMetadata().getName(), e.getMessage());
      return;
    }
    String was = reason(before);
    String is = reason(status);
    if (!is.equals(was)) {
      events.tell(
          pool,
          is.equals("SlotsKnown") ? Kind.NORMAL : Kind.WARNING,
          is,
          status.conditions.get(0).getMessage());
    }
  }

  private static String reason(@Nullable HardwarePoolStatus status) {
    return status == null || status.conditions == null || status.conditions.isEmpty()
        ? ""
        : status.conditions.get(0).getReason();
  }

  private static HardwarePoolStatus draft(
      HardwarePool pool,
      Picture picture,
      PoolMemory memory,
      @Nullable HardwarePoolStatus before,
      Instant now) {
    HardwarePoolStatus status = new HardwarePoolStatus();
    status.observedGeneration = pool.getMetadata().getGeneration();
    status.slots = picture.slots().toOptional().orElse(null);
    status.used = picture.used();
    status.waiting = picture.waiting();
    status.utilisationPercent =
        memory.utilisation.lastHour().isPresent() ? memory.utilisation.lastHour().getAsInt() : null;
    status.grants = new ArrayList<>();
    for (SlotClaim claim : picture.claims().values()) {
      SlotShare share = picture.share(claim);
      Grant grant = new Grant();
      grant.cluster = claim.id();
      grant.wanted = claim.wanted();
      grant.share = share.share();
      grant.held = claim.held();
      status.grants.add(grant);
    }
    status.conditions =
        new Conditions(before == null ? null : before.conditions, status.observedGeneration, now)
            .add(
                "Ready",
                State.of(picture.slots().isKnown()),
                picture.slots().isKnown() ? "SlotsKnown" : "SlotsUnknown",
                picture
                    .slots()
                    .match(
                        known -> known.value() + " slots are shared",
                        unknown -> unknown.cause() + "; every cluster keeps what it holds"))
            .build();
    return status;
  }

  private static JsonNode essence(HardwarePoolStatus status) {
    JsonNode tree = JSON.valueToTree(status);
    if (tree instanceof ObjectNode fields) {
      fields.remove("waiting");
    }
    return tree;
  }
}
