package io.macpool.sim.kubernetes.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.macpool.sim.kubernetes.node.PodRunner.RunningPod;
import io.macpool.sim.kubernetes.store.Metadata;
import io.macpool.sim.kubernetes.store.ObjectKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One pod as its node knows it. Confined to the controllers' thread. */
final class LocalPod {

  /** Where it stands. */
  enum Phase {
    /** Not started, or to be started again at {@code retryAt}. */
    WAITING,
    /** On a launch thread. */
    STARTING,
    RUNNING
  }

  final ObjectKey key;
  final String uid;
  final String ip;
  final Path directory;
  final Instant created;

  Phase phase = Phase.WAITING;
  @Nullable RunningPod running;
  Instant startedAt;
  Instant retryAt;
  String waitingFor = "ContainerCreating";
  String message = "";
  int restarts;
  boolean ready;
  boolean cutOff;

  /** Whether the container was told to end. */
  boolean told;

  /** What was last reported; null before. */
  private @Nullable Report reported;

  /** All that a status is made of, so that an unchanged one need not be made. */
  private record Report(
      Phase phase, boolean ready, int restarts, String waitingFor, String message) {}

  /** When a pod that is being deleted is killed; empty while it is not. */
  Optional<Instant> killAt = Optional.empty();

  LocalPod(ObjectKey key, String uid, String ip, Path directory, Instant now) {
    this.key = key;
    this.uid = uid;
    this.ip = ip;
    this.directory = directory;
    this.created = now;
    this.startedAt = now;
    this.retryAt = now;
  }

  /** Whether there is something to report; what there is now, counts as reported then. */
  boolean hasNews() {
    Report now = new Report(phase, ready, restarts, waitingFor, message);
    boolean news = !now.equals(reported);
    reported = now;
    return news;
  }

  /** The pod's status as the API tells it. */
  ObjectNode status(String container, String image) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("phase", phase == Phase.RUNNING || restarts > 0 ? "Running" : "Pending");
    status.put("hostIP", "127.0.0.1").put("startTime", Metadata.time(created));
    if (phase != Phase.WAITING || restarts > 0) {
      status.put("podIP", ip).putArray("podIPs").addObject().put("ip", ip);
    }
    ArrayNode conditions = status.putArray("conditions");
    condition(conditions, "PodScheduled", true);
    condition(conditions, "Initialized", true);
    condition(conditions, "ContainersReady", ready);
    condition(conditions, "Ready", ready);
    ObjectNode entry = status.putArray("containerStatuses").addObject();
    entry.put("name", container).put("image", image).put("imageID", "");
    entry.put("ready", ready).put("restartCount", restarts);
    entry.put("started", phase == Phase.RUNNING);
    ObjectNode state = entry.putObject("state");
    if (phase == Phase.RUNNING) {
      state.putObject("running").put("startedAt", Metadata.time(startedAt));
    } else {
      ObjectNode waiting = state.putObject("waiting").put("reason", waitingFor);
      if (!message.isEmpty()) {
        waiting.put("message", message);
      }
    }
    return status;
  }

  private static void condition(ArrayNode conditions, String type, boolean holds) {
    conditions.addObject().put("type", type).put("status", holds ? "True" : "False");
  }
}
