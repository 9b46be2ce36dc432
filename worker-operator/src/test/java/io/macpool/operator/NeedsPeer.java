package io.macpool.operator;

import io.macpool.sim.peer.Peer;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips a whole class, before any of it runs, where a peer is missing. An assumption inside a
 * set-up would leave that set-up half done, and the clean-up after it would fail.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsPeer.Presence.class)
@interface NeedsPeer {
  Peer[] value();

  /** Whether all of them are here. */
  final class Presence implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return context
          .getTestClass()
          .map(type -> type.getAnnotation(NeedsPeer.class))
          .map(needs -> evaluate(needs.value()))
          .orElse(ConditionEvaluationResult.enabled("no peer is needed"));
    }

    private static ConditionEvaluationResult evaluate(Peer... peers) {
      return Arrays.stream(peers)
          .filter(peer -> peer.location().isEmpty())
          .findFirst()
          .map(
              peer ->
                  ConditionEvaluationResult.disabled(
                      "peer " + peer.label() + " is not here: its contract is not tested"))
          .orElse(ConditionEvaluationResult.enabled("each peer is here"));
    }
  }
}
