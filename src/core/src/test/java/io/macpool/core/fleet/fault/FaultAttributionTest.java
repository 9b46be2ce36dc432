package io.macpool.core.fleet.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.macpool.core.fleet.Image;
import io.macpool.core.fleet.fault.FaultAttribution.Evidence;
import io.macpool.core.fleet.fault.FaultAttribution.Fault;
import io.macpool.core.fleet.fault.FaultAttribution.Policy;
import io.macpool.core.fleet.fault.FaultAttribution.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FaultAttributionTest {

  private static final Policy POLICY = new Policy(2, 5);

  /** A history of attempts, one second apart. */
  private static final class History {
    private final Map<String, Evidence> evidence = new HashMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private static Image image(String name, String... stores) {
      return new Image(
          name, "vm-" + name, Optional.of("s"), 2, 4096, Set.of(stores), false, Optional.empty());
    }

    History ok(String image, String host, String... stores) {
      now = now.plusSeconds(1);
      evidence.compute(
          image + host,
          (k, e) -> (e == null ? Evidence.none(image(image, stores), host) : e).andSuccess(now));
      return this;
    }

    History fails(String image, String host, FailureScope scope, boolean last, String... stores) {
      now = now.plusSeconds(1);
      evidence.compute(
          image + host,
          (k, e) ->
              (e == null ? Evidence.none(image(image, stores), host) : e)
                  .andFailure(new Fault(scope, image + " on " + host), last, now));
      return this;
    }

    /** A create that fails on three hosts, one after another. */
    History failsEverywhere(String image) {
      return fails(image, "a", FailureScope.UNCLEAR, false)
          .fails(image, "b", FailureScope.UNCLEAR, false)
          .fails(image, "c", FailureScope.UNCLEAR, true);
    }

    Verdict verdict() {
      return FaultAttribution.judge(evidence.values(), POLICY);
    }
  }

  @Test
  void aHostThatRefusesWhatWorksElsewhereIsToBlameAndTheImageIsNot() {
    History history = new History();
    for (int i = 0; i < 20; i++) {
      history.fails("xcode", "bad", FailureScope.UNCLEAR, false).ok("xcode", "good");
    }
    assertThat(history.verdict().hosts()).containsOnlyKeys("bad");
    assertThat(history.verdict().images()).isEmpty();
    assertThat(history.ok("xcode", "bad").verdict().hosts()).isEmpty();
  }

  @Test
  void oneFailureOfAHostIsNoneTooMany() {
    History history =
        new History().fails("xcode", "bad", FailureScope.UNCLEAR, false).ok("xcode", "good");
    assertThat(history.verdict().hosts()).isEmpty();
  }

  @Test
  void aHostThatSaysThatItIsItsOwnFaultRestsAtOnce() {
    History history = new History().fails("xcode", "bad", FailureScope.HOST, false);
    assertThat(history.verdict().hosts()).containsOnlyKeys("bad");
    assertThat(history.verdict().images()).isEmpty();
  }

  @Test
  void anImageThatFailsOnSeveralHostsIsToBlameAndTheyAreNot() {
    History history = new History().ok("torn", "a").ok("torn", "b");
    for (int i = 0; i < 5; i++) {
      history.failsEverywhere("torn").ok("whole", "a").ok("whole", "b");
    }
    assertThat(history.verdict().images()).containsOnlyKeys("torn");
    assertThat(history.verdict().hosts()).isEmpty();
    assertThat(history.ok("torn", "a").verdict().images()).isEmpty();
  }

  @Test
  void anImageThatFailsWhereAnotherWorksIsToBlameEvenOnOneHost() {
    History history = new History();
    for (int i = 0; i < 5; i++) {
      history.fails("torn", "a", FailureScope.UNCLEAR, true).ok("whole", "a");
    }
    assertThat(history.verdict().images()).containsOnlyKeys("torn");
  }

  @Test
  void whereNothingWorksNeitherImageNorHostIsToBlame() {
    History history = new History().ok("one", "a").ok("two", "b");
    for (int i = 0; i < 10; i++) {
      history.failsEverywhere("one").failsEverywhere("two");
    }
    assertThat(history.verdict().everything()).isPresent();
    assertThat(history.verdict().images()).isEmpty();
    assertThat(history.verdict().hosts()).isEmpty();
  }

  @Test
  void aFullDatastoreIsToBlameAndNotTheImagesOnIt() {
    History history = new History();
    for (int i = 0; i < 10; i++) {
      history.fails("xcode", "a", FailureScope.DATASTORE, true, "ds-1").ok("other", "a", "ds-2");
    }
    assertThat(history.verdict().datastores()).containsOnlyKeys("ds-1");
    assertThat(history.verdict().images()).isEmpty();
    assertThat(history.verdict().hosts()).isEmpty();
    assertThat(history.ok("third", "b", "ds-1").verdict().datastores()).isEmpty();
  }

  @Test
  void whichOfSeveralDatastoresIsFullCantBeTold() {
    History history =
        new History().fails("xcode", "a", FailureScope.DATASTORE, true, "ds-1", "ds-2");
    assertThat(history.verdict().datastores()).isEmpty();
    assertThat(history.verdict().images()).containsOnlyKeys("xcode");
  }

  @Test
  void vCentersAndTheRequestsFaultsAreNobodysHere() {
    History history = new History();
    for (int i = 0; i < 20; i++) {
      history
          .fails("xcode", "a", FailureScope.PROVIDER, true)
          .fails("xcode", "b", FailureScope.REQUEST, true)
          .fails("xcode", "c", FailureScope.NETWORK, true)
          .ok("other", "a");
    }
    assertThat(history.verdict())
        .isEqualTo(new Verdict(Map.of(), Map.of(), Map.of(), Optional.empty()));
  }

  @Property(tries = 300)
  void whoeverWorkedLastIsNotToBlameAndTheOrderDoesNotMatter(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 60) int attempts) {
    History history = new History();
    String image = "";
    String host = "";
    for (int i = 0; i < attempts; i++) {
      image = "image-" + random.nextInt(3);
      host = "host-" + random.nextInt(4);
      if (random.nextInt(3) == 0) {
        history.ok(image, host, "ds-1");
      } else {
        FailureScope[] scopes = FailureScope.values();
        history.fails(
            image, host, scopes[random.nextInt(scopes.length)], random.nextBoolean(), "ds-1");
      }
    }
    List<Evidence> shuffled = new ArrayList<>(history.evidence.values());
    Collections.shuffle(shuffled, random);
    assertThat(FaultAttribution.judge(shuffled, POLICY)).isEqualTo(history.verdict());
    Verdict after = history.ok(image, host, "ds-1").verdict();
    assertThat(after.hosts()).doesNotContainKey(host);
    assertThat(after.images()).doesNotContainKey(image);
    assertThat(after.datastores()).isEmpty();
    assertThat(after.everything()).isEmpty();
  }
}
