package io.macpool.operator.cluster.report;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macpool.operator.cluster.spec.ClusterKey;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the API refuses of a cluster's objects, in its own words. One part's refusal stops no other
 * part: sizes and status go on while an admission policy forbids the Deployment.
 *
 * <p>A conflict is no refusal, nor is an API that does not answer: those end the round.
 */
public final class Refusals {

  /** What can be refused. */
  public enum Part {
    SECRET("Secret"),
    DEPLOYMENT("Deployment"),
    POD("pods"),
    STATUS("status");

    private final String text;

    Part(String text) {
      this.text = text;
    }

    /** As people and metrics call it. */
    @Override
    public String toString() {
      return text;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final int LONGEST = 500;
  private static final int CONFLICT = 409;
  private static final int TOO_MANY = 429;

  private final ClusterKey cluster;
  private final ClusterGauges gauges;
  private final Map<Part, String> now = new EnumMap<>(Part.class);

  public Refusals(ClusterKey cluster, ClusterGauges gauges) {
    this.cluster = cluster;
    this.gauges = gauges;
  }

  /**
   * Carries out a call.
   *
   * @return what it returns; empty if the API refused it
   * @throws KubernetesClientException for a conflict, or if the API did not answer
   */
  public <T> Optional<T> attempt(Part part, Supplier<T> call) {
    try {
      T result = call.get();
      if (now.remove(part) != null) {
        log.info("{}: the API takes its {} again", cluster, part);
      }
      return Optional.ofNullable(result);
    } catch (KubernetesClientException e) {
      if (e.getCode() == CONFLICT || e.getCode() == TOO_MANY || e.getCode() <= 0) {
        throw e;
      }
      note(part, words(e));
      return Optional.empty();
    }
  }

  /** Notes what keeps a part from being as it should, in words for a person. */
  void note(Part part, String why) {
    gauges.refused(part);
    if (!why.equals(now.put(part, why))) {
      log.warn("{}: the {} is refused, all else goes on: {}", cluster, part, why);
    }
  }

  /** Nobody asks for that part any more. */
  public void forget(Part part) {
    now.remove(part);
  }

  public boolean any() {
    return !now.isEmpty();
  }

  /** Whether that part is refused now. */
  public boolean of(Part part) {
    return now.containsKey(part);
  }

  /** All of them in a sentence. */
  public String text() {
    return now.entrySet().stream()
        .map(each -> "the API refuses its " + each.getKey() + ": " + each.getValue())
        .collect(Collectors.joining("; "));
  }

  /** The server's words, without the client's around them. */
  static String words(KubernetesClientException failure) {
    String words =
        Optional.ofNullable(failure.getStatus())
            .map(Status::getMessage)
            .orElse(String.valueOf(failure.getMessage()))
            .replaceAll("\\s+", " ");
    return words.length() > LONGEST ? words.substring(0, LONGEST) + "…" : words;
  }
}
