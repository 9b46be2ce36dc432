package io.macpool.operator.cluster.contest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Notices who else writes the number of replicas, and does not fight: each write and its undoing
 * would cost a pod with its jobs. One foreign write is undone, in order; after a second one soon
 * after, theirs stands for a while, longer each time.
 */
public final class ReplicasContest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofMinutes(10);
  private static final Duration SHORTEST = Duration.ofMinutes(10);
  private static final Duration LONGEST = Duration.ofHours(1);

  private Optional<Integer> written = Optional.empty();
  private Optional<Instant> lastForeign = Optional.empty();
  private Instant until = Instant.MIN;
  private Duration pause = SHORTEST;
  private String writer = "";

  /** Notes the replicas of our own last write. */
  public void wrote(int replicas) {
    written = Optional.of(replicas);
  }

  /** Looks at the Deployment as it is now. */
  public void look(Deployment live, String ourManager, Instant now) {
    int replicas = Optional.ofNullable(live.getSpec().getReplicas()).orElse(1);
    if (written.isEmpty() || written.get() == replicas) {
      return;
    }
    writer = writer(live, ourManager);
    boolean again = lastForeign.filter(at -> at.plus(SOON).isAfter(now)).isPresent();
    if (again || now.isBefore(until)) {
      until = now.plus(pause);
      pause = min(pause.multipliedBy(2), LONGEST);
    }
    lastForeign = Optional.of(now);
    written = Optional.of(replicas); // seen: only the next change is news
  }

  /** Who writes the replicas against us, while theirs stand. */
  public Optional<String> writer(Instant now) {
    return now.isBefore(until) ? Optional.of(writer) : Optional.empty();
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static String writer(Deployment live, String ourManager) {
    String found = "somebody";
    String latest = "";
    for (JsonNode entry : JSON.<JsonNode>valueToTree(live.getMetadata().getManagedFields())) {
      boolean ours =
          entry.path("manager").asText().equals(ourManager)
              && entry.path("operation").asText().equals("Apply");
      String time = entry.path("time").asText();
      if (!ours
          && entry.path("fieldsV1").path("f:spec").has("f:replicas")
          && time.compareTo(latest) >= 0) {
        latest = time;
        found = "\"" + entry.path("manager").asText() + "\"";
        if (entry.path("subresource").asText().equals("scale")) {
          found += " by scale (a HorizontalPodAutoscaler, or kubectl scale deployment)";
        }
      }
    }
    return found;
  }
}
