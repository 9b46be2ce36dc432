package io.macpool.operator.cluster.report;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Builds a status's conditions; the time of one changes only when its status does. */
public final class Conditions {

  /** What a condition says: true, false, or that it can't be told. */
  public enum State {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public static State of(boolean holds) {
      return holds ? TRUE : FALSE;
    }
  }

  private final List<Condition> before;
  private final @Nullable Long generation;
  private final Instant now;
  private final List<Condition> made = new ArrayList<>();

  public Conditions(@Nullable List<Condition> before, @Nullable Long generation, Instant now) {
    this.before = Optional.ofNullable(before).orElse(List.of());
    this.generation = generation;
    this.now = now;
  }

  public Conditions add(String type, State state, String reason, String message) {
    String since =
        find(before, type)
            .filter(old -> state.text.equals(old.getStatus()))
            .map(Condition::getLastTransitionTime)
            .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
    made.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(state.text)
            .withReason(reason)
            .withMessage(message)
            .withObservedGeneration(generation)
            .withLastTransitionTime(since)
            .build());
    return this;
  }

  public List<Condition> build() {
    return List.copyOf(made);
  }

  /** The condition of a type. */
  public static Optional<Condition> find(@Nullable List<Condition> conditions, String type) {
    return Optional.ofNullable(conditions).orElse(List.of()).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }
}
