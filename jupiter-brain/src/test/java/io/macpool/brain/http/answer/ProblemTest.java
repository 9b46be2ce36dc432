package io.macpool.brain.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.ledger.database.LedgerException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTest {

  /** A client that is not told when to ask again gives up, or asks at once. */
  @Test
  void whatTheBrokerFailsAtSaysWhenToAskAgain() {
    for (Throwable failure :
        List.of(
            new HypervisorFailure.Refused("HostNotConnected", "disconnected", null),
            new LedgerException("away", null),
            new IllegalStateException("unforeseen"))) {
      Problem problem = Problem.of(failure);
      assertThat(problem.refusal().status()).isGreaterThanOrEqualTo(500);
      assertThat(problem.retryAfter()).as(problem.refusal().name()).isPresent();
    }
  }
}
