package io.macpool.operator.cluster.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.macpool.operator.cluster.spec.Drift;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kubernetes Events about a resource, for {@code kubectl describe}: written when something changes,
 * never as a heartbeat. What comes again counts an Event up; of one reason there are a few at the
 * most, however often what is said about it changes. One that can't be written is logged and stops
 * nothing.
 */
public final class ClusterEvents {

  /** Whether a person should look. */
  public enum Kind {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(ClusterEvents.class);

  /** Different messages of one reason that are kept apart. */
  private static final int MESSAGES = 5;

  private static final int MOST_REMEMBERED = 5_000;
  private static final int MOST_OF_A_NAME = 200;
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final String operator;
  private final Clock clock;

  /** By object and reason: the messages told, the oldest first, each with its Event. */
  private final Map<String, Map<String, Told>> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Map<String, Told>> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private record Told(String event, int count) {}

  public ClusterEvents(KubernetesClient client, String operator, Clock clock) {
    this.client = client;
    this.operator = operator;
    this.clock = clock;
  }

  public void tell(HasMetadata about, Kind kind, String reason, String message) {
    try {
      write(about, kind, reason, message);
    } catch (KubernetesClientException e) {
      log.info(
          "event {} of {}/{} not written: {}",
          reason,
          about.getMetadata().getNamespace(),
          about.getMetadata().getName(),
          Refusals.words(e));
    }
  }

  private void write(HasMetadata about, Kind kind, String reason, String message) {
    Map<String, Told> messages;
    synchronized (told) {
      messages =
          told.computeIfAbsent(
              about.getMetadata().getUid() + " " + reason, key -> new LinkedHashMap<>());
    }
    synchronized (messages) { // one reason of one object: nobody else waits
      write(messages, about, kind, reason, message);
    }
  }

  private void write(
      Map<String, Told> messages, HasMetadata about, Kind kind, String reason, String message) {
    Told before = messages.remove(message);
    if (before == null && messages.size() >= MESSAGES) {
      before = messages.remove(messages.keySet().iterator().next());
    }
    Told now =
        before == null
            ? new Told(
                name(about) + "." + Drift.checksum(about.getMetadata().getUid() + reason + message),
                1)
            : new Told(before.event(), before.count() + 1);
    messages.put(message, now);
    if (before == null || !countUp(about, now, message)) {
      messages.put(message, create(about, kind, reason, message, now));
    }
  }

  private boolean countUp(HasMetadata about, Told event, String message) {
    var patch =
        JsonNodeFactory.instance
            .objectNode()
            .put("count", event.count())
            .put("lastTimestamp", now())
            .put("message", message);
    try {
      client
          .v1()
          .events()
          .inNamespace(about.getMetadata().getNamespace())
          .withName(event.event())
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == NOT_FOUND) {
        return false; // Events are forgotten after a while
      }
      throw e;
    }
  }

  /** Makes the Event, or counts it up if it is there already: told before our start. */
  private Told create(HasMetadata about, Kind kind, String reason, String message, Told event) {
    String namespace = about.getMetadata().getNamespace();
    try {
      client
          .v1()
          .events()
          .inNamespace(namespace)
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withNamespace(namespace)
                  .withName(event.event())
                  .endMetadata()
                  .withNewInvolvedObject()
                  .withApiVersion(about.getApiVersion())
                  .withKind(about.getKind())
                  .withNamespace(namespace)
                  .withName(about.getMetadata().getName())
                  .withUid(about.getMetadata().getUid())
                  .endInvolvedObject()
                  .withType(kind.text)
                  .withReason(reason)
                  .withMessage(message)
                  .withFirstTimestamp(now())
                  .withLastTimestamp(now())
                  .withCount(event.count())
                  .withNewSource()
                  .withComponent(operator)
                  .endSource()
                  .build())
          .create();
      return event;
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw e;
      }
      Event there = client.v1().events().inNamespace(namespace).withName(event.event()).get();
      int before = there == null || there.getCount() == null ? 0 : there.getCount();
      Told next = new Told(event.event(), before + 1);
      countUp(about, next, message);
      return next;
    }
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String name(HasMetadata about) {
    String name = about.getMetadata().getName();
    return name.length() > MOST_OF_A_NAME ? name.substring(0, MOST_OF_A_NAME) : name;
  }
}
