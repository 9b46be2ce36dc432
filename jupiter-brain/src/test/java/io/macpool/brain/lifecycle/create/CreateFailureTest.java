package io.macpool.brain.lifecycle.create;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.brain.hypervisor.HypervisorFailure;
import io.macpool.brain.lifecycle.create.CreateFailure.Kind;
import io.macpool.core.fleet.fault.FailureScope;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CreateFailureTest {

  /**
   * What is answered 5xx: a client that is not told when to ask again gives up, or asks at once.
   */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"FAILED", "TIMED_OUT", "CLIENT_GONE"})
  void whatIsNotTheRequestsFaultSaysWhenToAskAgain(Kind kind) {
    assertThat(new CreateFailure(kind, "outcome", "words").retryAfter()).isPresent();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"UNKNOWN_IMAGE", "SIZE_REFUSED", "NEEDS_ENDPOINT"})
  void whatIsTheRequestsFaultDoesNot(Kind kind) {
    assertThat(new CreateFailure(kind, "outcome", "words").retryAfter()).isEmpty();
  }

  /** A trial of a host whose image is left alone must not be counted against the host. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void onlyWhatWasTriedSaysSomethingOfAHost(Kind kind) {
    assertThat(new CreateFailure(kind, "outcome", "words").wasTried())
        .isEqualTo(kind == Kind.FAILED || kind == Kind.TIMED_OUT);
  }

  @Test
  void vspheresRefusalOfACloneSaysWhenToAskAgain() {
    HypervisorFailure refused =
        new HypervisorFailure.Refused("FileFault", FailureScope.UNCLEAR, true, "no file", null);
    assertThat(CreateFailure.of("clone", refused).retryAfter()).isPresent();
  }

  /** Else each job that comes while the one before is destroyed waits ten seconds for nothing. */
  @Test
  void whoIsRefusedWhileSlotsAreGivenBackAsksAgainVerySoon() {
    assertThat(CreateFailure.poolFull("full", 1).retryAfter()).contains(Duration.ofSeconds(2));
    assertThat(CreateFailure.poolFull("full", 0).retryAfter()).contains(Duration.ofSeconds(10));
  }
}
